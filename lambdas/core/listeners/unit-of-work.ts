import { Outbox } from "../delivery/outbox";
import type { Emit } from "../delivery/recipients";
import { type Answers, ask, collect, type Question } from "../messages/awaited-acks";
import type { Services } from "../services";
import { isPacketOver, remainingMs } from "./deadline";
import { afterTheEnd, emitting, type Held, handled, isWanted, type Operation, outOfTime } from "./operation";
import { Scope } from "./scope";
import type { Session } from "./session";

/** Of a listener's time that is left: what is waited for must leave the operation some. */
const MOST_WAITED = 0.8;

/**
 * What the listeners of one packet do, in the order of their calls: operations queue up as they are called
 * and one pump does them, so that a client never sees a later one without an earlier one. Emits that stand
 * together in the queue travel as one delivery; from the first on that is for many, all to the end do. What the
 * packet has no time left for fails.
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
    this.#outbox = new Outbox(session.services, session.record);
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
   * For effects that change who there is to get events: waits until all have got what was emitted before, as far
   * as there is time.
   */
  delivered(): Promise<void> {
    return this.#outbox.deliver(this.#services.clock.now() + MOST_WAITED * remainingMs(this.#services));
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

  /**
   * Ends the unit: what listeners still do afterwards is refused and logged. Answers whether what they emitted for
   * many is handed on; if not, it is lost. Logged.
   */
  async end(): Promise<boolean> {
    await this.drain();
    const flushed = this.#outbox.flush().then(
      () => true,
      (error: unknown) => {
        this.#services.log.error("events for many could not be handed on", { ...this.#details, error });
        return false;
      },
    );
    return flushed.finally(() => this.#ended.abort());
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
    for (let effect = held.effects.shift(); effect; effect = held.effects.shift()) {
      if (isPacketOver(this.#services)) this.#drop(effect.operations);
      else await effect.send();
    }
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
      if (isPacketOver(this.#services)) this.#drop(this.#queue.splice(0));
      else if (next.kind === "emit") await this.#deliver(this.#takeEmits());
      else await this.#perform(next);
    }
    // In the same turn as the look that found the queue empty: nothing can be queued in between.
    this.#pumping = undefined;
  }

  #takeEmits(): readonly (Operation & { kind: "emit" })[] {
    const end = this.#queue.findIndex((operation) => operation.kind !== "emit");
    const taken = this.#queue.splice(0, end === -1 ? this.#queue.length : end);
    const wanted = taken.filter((operation) => operation.kind === "emit").filter(isWanted);
    const fitting = this.#outbox.fitting(wanted.map((operation) => operation.emit));
    this.#queue.unshift(...wanted.slice(fitting));
    return wanted.slice(0, fitting);
  }

  async #deliver(operations: readonly (Operation & { kind: "emit" })[]): Promise<void> {
    const emits = operations.map((operation) => operation.emit);
    try {
      const send = await this.#outbox.take(emits);
      // Looked at after the wait: the client may have heard meanwhile.
      if (this.#held) this.#held.effects.push({ operations, send });
      else await send();
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

  /** Lambda would end it in the middle, and nobody would know of it. */
  #drop(operations: readonly Operation[]): void {
    for (const scope of new Set(operations.filter(isWanted).map((operation) => operation.scope))) {
      const ofScope = operations.filter((operation) => operation.scope === scope);
      this.#fail(scope, outOfTime(ofScope), "end in time");
    }
    for (const operation of operations) {
      if (operation.kind === "effect") operation.settle(operation.scope.failure);
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
