import { AsyncLocalStorage } from "node:async_hooks";
import type { Frames } from "./frames";
import type { Target } from "./target";
import type { UnitOfWork } from "./unit-of-work";

const current = new AsyncLocalStorage<Scope>();

/**
 * One listener's share in a unit of work. When one of its operations fails, its later ones, the ack
 * included, are not done; when it has ended, they are refused.
 */
export class Scope {
  readonly #unit: UnitOfWork;
  readonly label: string;
  /** Of an operation: the later ones are not done. */
  failure: unknown;
  /** The listener itself failed: what it did before stands. */
  hasThrown = false;
  /** From here on everything is refused. */
  hasEnded = false;

  constructor(unit: UnitOfWork, label: string) {
    this.#unit = unit;
    this.label = label;
  }

  /** Runs a listener so that `io.emit` inside it, and inside all that it awaits, belongs to this scope. */
  run<T>(listener: () => T): T {
    return current.run(this, listener);
  }

  emit(event: string, target: Target, frames: Frames): boolean {
    return this.#unit.emit(this, event, target, frames);
  }

  /** `name` is what the log calls the operation. Resolves when it has taken effect. */
  effect(name: string, run: () => Promise<void>): Promise<void> {
    return this.#unit.effect(this, name, run);
  }

  /** An effect that waits for the client's `connect` while that is still to come. */
  closingEffect(name: string, run: () => Promise<void>): Promise<void> {
    return this.#unit.closingEffect(this, name, run);
  }
}

/** The scope of the listener that the caller runs in, if any. */
export function currentScope(): Scope | undefined {
  return current.getStore();
}
