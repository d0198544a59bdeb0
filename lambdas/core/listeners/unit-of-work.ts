import { Outbox } from "../delivery/outbox";
import type { Emit } from "../delivery/recipients";
import { type Answers, ask, collect, type Question } from "../messages/awaited-acks";
import type { Services } from "../services";
import { Scope } from "./scope";
import type { Session } from "./session";

type Operation = { readonly scope: Scope; readonly name: string } & (
  | { readonly kind: "emit"; readonly emit: Emit }
  | { readonly kind: "effect"; run(): Promise<void>; settle(error?: unknown): void }
);

/** What must not be posted before the client hears that it is connected. */
interface Held {
  readonly connect: () => Promise<void>;
  /** In the order of the calls. */
  readonly effects: (() => Promise<void>)[];
  released?: Promise<void>;
}

/**
 * What the listeners of one packet do, in the order of their calls: operations queue up as they are called
 * and one pump does them, so that a client never sees a later one without an earlier one. Emits that stand
 * together in the queue travel as one delivery; from the first on that is for many, all to the end do.
 */
export class UnitOfWork {
  readonly session: Session;
  readonly #services: Services;
  readonly #details: Readonly<Record<string, unknown>>;
  readonly #outbox: Outbox;
  readonly #queue: Operation[] = [];
  #pumping: Promise<void> | undefined;
  #held: Held | undefined;
  readonly #ended = new AbortController();

  constructor(session: Session) {
    const { connectionId, sid, namespace } = session.record;
    this.session = session;
    this.#services = session.services;
    this.#outbox = new Outbox(session.services, sid);
    this.#details = { connectionId, sid, namespace };
  }

  get isEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  scope(label: string): Scope {
    return new Scope(this, label);
  }

  emit(scope: Scope, event: string, emit: Emit): boolean {
    const name = emitting(event);
    if (this.#isOver(scope)) return this.#refuse(scope, name);
    this.#push({ kind: "emit", scope, name, emit });
    return true;
  }

  /**
   * Like `effect`, for what must not overtake the client's `connect`, or what was emitted before: a disconnect.
   * What is held is let go first. Waiting for the listeners' end instead would wait for who awaits this.
   */
  closingEffect(scope: Scope, name: string, run: () => Promise<void>): Promise<void> {
    return this.effect(scope, name, async () => {
      await this.#letGo();
      await run();
    });
  }

  /** Like `effect`, for what says that all before it holds: an ack. What was emitted for many is handed on first. */
  confirmation(scope: Scope, name: string, run: () => Promise<void>): Promise<void> {
    return this.effect(scope, name, async () => {
      await this.#outbox.flush();
      await run();
    });
  }

  /**
   * Emits in the order of the calls, and waits for the acks beside the queue: what the listener does next is
   * not held up. Nobody can answer before `connect`, so what is held is let go first.
   */
  ask(scope: Scope, question: Question): Promise<Answers> {
    return new Promise((answered, failed) => {
      const sending = this.effect(scope, emitting(question.event), async () => {
        await this.#letGo();
        await this.#outbox.flush();
        const awaited = await ask(this.#services, question);
        answered(collect(this.#services, awaited, this.#ended.signal));
        await awaited.posted;
      });
      sending.catch(failed);
    });
  }

  effect(scope: Scope, name: string, run: () => Promise<void>): Promise<void> {
    if (this.#isOver(scope)) {
      this.#refuse(scope, name);
      return handled(Promise.reject(new Error(afterTheEnd(scope, name))));
    }
    return handled(
      new Promise((done, failed) => {
        const settle = (error?: unknown) => (error === undefined ? done() : failed(error));
        this.#push({ kind: "effect", scope, name, run, settle });
      }),
    );
  }

  /** A listener threw. An operation's failure that it did not catch was logged where it happened. */
  threw(scope: Scope, error: unknown): void {
    scope.hasThrown = true;
    if (scope.failure === undefined) this.#logFailure(scope, error, "run");
  }

  /**
   * Recipients are found in the order of the calls from now on, but nothing is posted before `release`, the
   * first event that asks for an ack or the first disconnect: a connection listener's joins hold, and its
   * emits follow, the client's `connect`, which `connect` sends.
   */
  hold(connect: () => Promise<void>): void {
    this.#held = { connect, effects: [] };
  }

  async release(): Promise<void> {
    await this.drain();
    await this.#letGo();
  }

  /** Resolves when everything that was called so far has taken effect. */
  async drain(): Promise<void> {
    while (this.#pumping) await this.#pumping;
  }

  /** Ends the unit: what listeners still do afterwards is refused and logged. */
  async end(): Promise<void> {
    await this.drain();
    await this.#outbox.flush().catch((error: unknown) => {
      this.#services.log.error("events for many could not be handed on", { ...this.#details, error });
    });
    this.#ended.abort();
  }

  /** Once, whoever comes first: the listeners' end, an event that asks for an ack, or a disconnect. */
  async #letGo(): Promise<void> {
    const held = this.#held;
    if (!held) return;
    held.released ??= this.#release(held);
    await held.released;
  }

  async #release(held: Held): Promise<void> {
    await held.connect();
    // Held until the last is out: what is called meanwhile must not overtake it.
    for (let effect = held.effects.shift(); effect; effect = held.effects.shift()) await effect();
    this.#held = undefined;
  }

  #push(operation: Operation): void {
    this.#queue.push(operation);
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // One turn later, so that what a listener calls in one go is seen in one go.
    await Promise.resolve();
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (next.kind === "emit") await this.#deliver(this.#takeEmits());
      else await this.#perform(next);
    }
    // In the same turn as the look that found the queue empty: nothing can be queued in between.
    this.#pumping = undefined;
  }

  #takeEmits(): readonly (Operation & { kind: "emit" })[] {
    const end = this.#queue.findIndex((operation) => operation.kind !== "emit");
    const taken = this.#queue.splice(0, end === -1 ? this.#queue.length : end);
    return taken.filter((operation) => operation.kind === "emit").filter(isWanted);
  }

  async #deliver(operations: readonly (Operation & { kind: "emit" })[]): Promise<void> {
    const emits = operations.map((operation) => operation.emit);
    try {
      const sending = await this.#outbox.take(emits);
      // Looked at after the wait: the client may have heard meanwhile.
      if (this.#held) this.#held.effects.push(sending);
      else await sending();
    } catch (error) {
      for (const { scope, name } of operations) this.#fail(scope, error, name);
    }
  }

  async #perform(operation: Operation & { kind: "effect" }): Promise<void> {
    this.#queue.shift();
    if (!isWanted(operation)) return operation.settle(operation.scope.failure);
    try {
      await operation.run();
      operation.settle();
    } catch (error) {
      this.#fail(operation.scope, error, operation.name);
      operation.settle(error);
    }
  }

  /** Logs what went wrong, once, and lets none of the listener's later operations happen. */
  #fail(scope: Scope, error: unknown, doing: string): void {
    if (scope.failure !== undefined) return;
    scope.failure = error ?? new Error("rejected without a reason");
    this.#logFailure(scope, error, doing);
  }

  #logFailure(scope: Scope, error: unknown, doing: string): void {
    this.#services.log.error(`${scope.label} failed to ${doing}`, { ...this.#details, error });
  }

  #isOver(scope: Scope): boolean {
    return this.isEnded || scope.hasEnded;
  }

  #refuse(scope: Scope, name: string): false {
    this.#services.log.error(afterTheEnd(scope, name), this.#details);
    return false;
  }
}

function emitting(event: string): string {
  return `emit ${JSON.stringify(event)}`;
}

function isWanted(operation: Operation): boolean {
  return operation.scope.failure === undefined;
}

function afterTheEnd(scope: Scope, name: string): string {
  return `${name} refused: ${scope.label} had ended. Await the work, or push from a backend`;
}

/** The failure is logged where it happens, so a listener that does not await the operation owes no catch. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
