import { type DeliveryCount, deliver, type Emit } from "./delivery";
import { encodeFrames } from "./frames";
import { type OperationResult, operate, type PushOperation } from "./push-operation";
import { PushError, type PushEvent, parsePush } from "./push-request";
import type { OperationServices } from "./services";
import { stampsOf } from "./stamps";

/** `pending` is what was handed on and is still on its way. */
export interface PushResult extends DeliveryCount {
  readonly pending: number;
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
  const answers = await perform(services, steps);
  const [only] = answers;
  return isList || !only ? answers : only;
}

type Step = Emit | PushOperation;

/** Events that stand together travel as one delivery. */
async function perform(services: OperationServices, steps: readonly Step[]): Promise<PushAnswer[]> {
  const nextStamp = stampsOf(services.clock.now());
  const answers: PushAnswer[] = [];
  for (let next = steps[0]; next; next = steps[answers.length]) {
    if (isEmit(next)) answers.push(...(await emitAll(services, emitsFrom(steps, answers.length))));
    else answers.push(await operate(services, next, nextStamp()));
  }
  return answers;
}

function emitsFrom(steps: readonly Step[], first: number): readonly Emit[] {
  const end = steps.findIndex((step, index) => index > first && !isEmit(step));
  return steps.slice(first, end === -1 ? steps.length : end).filter(isEmit);
}

async function emitAll(services: OperationServices, emits: readonly Emit[]): Promise<PushResult[]> {
  const counts = await deliver(services, emits);
  return counts.map((count) => ({ ...count, pending: 0 }));
}

function isEmit(step: Step): step is Emit {
  return "frames" in step;
}

function emitOf({ target, event, args }: PushEvent): Emit {
  try {
    return { target, frames: encodeFrames(target.namespace, event, args) };
  } catch (cause) {
    throw new PushError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
