import { deliver } from "../delivery/delivery";
import { type DeliveryCount, NOBODY, sumOf } from "../delivery/delivery-count";
import type { HandedOn } from "../delivery/fan-out/handing-on";
import { untilDelivered } from "../delivery/fan-out/waiting";
import { encodeFrames } from "../delivery/frames";
import type { Emit } from "../delivery/recipients";
import type { OperationServices } from "../services";
import { stampsOf } from "../stamps";
import { type OperationResult, operate, type PushOperation } from "./push-operation";
import { PushError, type PushEvent, parsePush } from "./push-request";

/** The function's own time is a minute. */
const LONGEST_WAIT_MS = 50_000;

export interface PushResult extends DeliveryCount {
  /** About how many of an event for many sockets are still on their way; workers deliver it. */
  readonly pending: number;
  /** The workers' delivery, where there is one; their logs name it. Of a list, events side by side share it. */
  readonly delivery?: string;
}

export type PushAnswer = PushResult | OperationResult;

/**
 * Delivers events to sockets, joins sockets to rooms, takes them out or disconnects them: one push, or a list
 * of them in order. A list is answered by a list.
 *
 * @throws PushError when any of the input is bad; then nothing was sent or done.
 */
export async function push(services: OperationServices, input: unknown): Promise<PushAnswer | PushAnswer[]> {
  const { requests, isList } = parsePush(input);
  const steps = requests.map((request) => (request.kind === "event" ? emitOf(request) : request));
  const answers = await new Pushing(services).perform(steps);
  const [only] = answers;
  return isList || !only ? answers : only;
}

type PushedEmit = Emit & { readonly waits: boolean };
type Step = PushedEmit | PushOperation;

/** So many together: of a long list with events for a few sockets each, none needs workers. */
const MAX_EMITS = 500;

/** One push function's work. */
class Pushing {
  readonly #services: OperationServices;
  readonly #until: number;
  /** What workers are still at. */
  #handedOn: HandedOn | undefined;

  constructor(services: OperationServices) {
    this.#services = services;
    this.#until = services.clock.now() + LONGEST_WAIT_MS;
  }

  /** Events that stand together travel as one delivery, up to some hundred. */
  async perform(steps: readonly Step[]): Promise<PushAnswer[]> {
    const nextStamp = stampsOf(this.#services.clock.now());
    const answers: PushAnswer[] = [];
    for (let next = steps[0]; next; next = steps[answers.length]) {
      await this.#finishEarlier();
      if (isEmit(next)) answers.push(...(await this.#emitAll(emitsFrom(steps, answers.length))));
      else answers.push(await operate(this.#services, next, nextStamp()));
    }
    return answers;
  }

  /** Who is moved or disconnected, or gets a later event, has what the list sent before. */
  async #finishEarlier(): Promise<void> {
    const { log } = this.#services;
    if (!this.#handedOn) return;
    const { deliveryId } = this.#handedOn;
    const { isFinished } = await untilDelivered(this.#services, this.#handedOn, this.#until);
    this.#handedOn = undefined;
    if (!isFinished)
      log.warn("what follows in a list was done before a delivery was finished", { deliveryId });
  }

  async #emitAll(emits: readonly PushedEmit[]): Promise<PushResult[]> {
    const { counts, handedOn } = await deliver(this.#services, emits);
    if (!handedOn) return counts.map((count) => ({ ...count, pending: 0 }));
    this.#handedOn = handedOn;
    const { deliveryId: delivery, estimates } = handedOn;
    if (!emits.some(({ waits }) => waits)) {
      return counts.map((count, emit) => ({ ...count, pending: estimates[emit] ?? 0, delivery }));
    }
    const waited = await untilDelivered(this.#services, handedOn, this.#until);
    if (waited.isFinished) this.#handedOn = undefined;
    return counts.map((count, emit) => ({
      ...sumOf([count, waited.counts[emit] ?? NOBODY]),
      pending: waited.pending[emit] ?? 0,
      delivery,
    }));
  }
}

function emitsFrom(steps: readonly Step[], first: number): readonly PushedEmit[] {
  const end = steps.findIndex((step, index) => index > first && !isEmit(step));
  return steps.slice(first, Math.min(end === -1 ? steps.length : end, first + MAX_EMITS)).filter(isEmit);
}

function isEmit(step: Step): step is PushedEmit {
  return "frames" in step;
}

function emitOf({ target, event, args, waits }: PushEvent): PushedEmit {
  try {
    return { target, frames: encodeFrames(target.namespace, event, args), waits };
  } catch (cause) {
    throw new PushError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
