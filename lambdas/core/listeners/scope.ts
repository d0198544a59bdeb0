import { AsyncLocalStorage } from "node:async_hooks";
import type { Emit } from "../delivery/recipients";
import type { Answers, Question } from "../messages/awaited-acks";
import type { Session } from "./session";
import type { UnitOfWork } from "./unit-of-work";

const current = new AsyncLocalStorage<Scope>();

/**
 * One listener's share in a unit of work. When one of its operations fails, its later ones, the ack
 * included, are not done; when it has ended, they are refused.
 */
export class Scope {
  readonly #unit: UnitOfWork;
  readonly #awaited = new Set<Promise<unknown>>();
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

  /** The socket whose packet the listener handles. */
  get session(): Session {
    return this.#unit.session;
  }

  /** What the listener does from now on is refused. */
  get isEnded(): boolean {
    return this.#unit.isEnded;
  }

  /** Runs a listener so that `io.emit` inside it, and inside all that it awaits, belongs to this scope. */
  run<T>(listener: () => T): T {
    return current.run(this, listener);
  }

  emit(event: string, emit: Emit): boolean {
    return this.#unit.emit(this, event, emit);
  }

  /** Resolves when everyone has answered or the question's time is over. */
  ask(question: Question): Promise<Answers> {
    return this.#unit.ask(this, question);
  }

  /** `name` is what the log calls the operation. Resolves when it has taken effect. */
  effect(name: string, run: () => Promise<void>): Promise<void> {
    return this.#unit.effect(this, name, run);
  }

  /** An effect that says that everything before it holds. */
  confirmation(name: string, run: () => Promise<void>): Promise<void> {
    return this.#unit.confirmation(this, name, run);
  }

  /** An effect that follows the client's `connect`, which is not put off any longer. */
  closingEffect(name: string, run: () => Promise<void>): Promise<void> {
    return this.#unit.closingEffect(this, name, run);
  }

  /** To be awaited in an effect: all have got what was emitted before, as far as there is time. */
  delivered(): Promise<void> {
    return this.#unit.delivered();
  }

  /** Work beside the listener's own promise that it nevertheless waits for: a callback for an ack. */
  callback(work: () => Promise<unknown>): void {
    const running = this.run(work)
      .catch((error: unknown) => this.#unit.threw(this, error))
      .finally(() => this.#awaited.delete(running));
    this.#awaited.add(running);
  }

  /** Resolves when no callback is awaited any more, those included that callbacks set up. */
  async answered(): Promise<void> {
    while (this.#awaited.size > 0) await Promise.all(this.#awaited);
  }
}

/** The scope of the listener that the caller runs in, if any. */
export function currentScope(): Scope | undefined {
  return current.getStore();
}
