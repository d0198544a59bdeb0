import type { Scope } from "../listeners/scope";
import { type Answers, MAX_ACK_TIMEOUT_MS } from "../messages/awaited-acks";

export type AckCallback = (...args: unknown[]) => unknown;

/** Not everyone has answered in time. */
export type AckTimeout = Error & {
  /** The answers that came, of an event that went to many. */
  responses?: readonly unknown[];
};

/** The arguments of an `emit`, and the ack at their end when there is one. */
export function splitAck(args: readonly unknown[]): { args: readonly unknown[]; ack?: AckCallback } {
  const last = args.at(-1);
  // What can be called is called with whatever the client answers: its types are the event map's.
  return typeof last === "function" ? { args: args.slice(0, -1), ack: last as AckCallback } : { args };
}

/** @throws RangeError: a Lambda cannot wait any longer. */
export function assertTimeout(ms: unknown): asserts ms is number {
  if (typeof ms === "number" && ms >= 0 && ms <= MAX_ACK_TIMEOUT_MS) return;
  throw new RangeError(`timeout: expected 0 to ${MAX_ACK_TIMEOUT_MS} ms, got ${String(ms)}`);
}

/** The arguments of one socket's ack. */
export async function answerOfOne(asked: Promise<Answers>): Promise<readonly unknown[]> {
  const { answers, reached } = await asked;
  if (reached === 0) throw new Error("socket has been disconnected");
  const [answer] = answers;
  if (!answer) throw timedOut();
  return answer;
}

/** The first argument of everyone's ack. */
export async function answersOfAll(asked: Promise<Answers>): Promise<readonly unknown[]> {
  const { answers, isComplete } = await asked;
  const responses = answers.map(([first]) => first);
  if (!isComplete) throw Object.assign(timedOut(), { responses });
  return responses;
}

/** Gives the outcome to a callback whose listener waits for it. What the callback throws is the listener's. */
export function callBack<T>(
  scope: Scope,
  outcome: Promise<T>,
  ack: { answered(value: T): unknown; failed(error: AckTimeout): unknown },
): void {
  scope.callback(() => outcome.then(ack.answered, ack.failed));
}

/** The failure is logged where it happens, or nobody wants to know: who does not await owes no catch. */
export function unawaited<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Socket.IO's words. */
function timedOut(): AckTimeout {
  return new Error("operation has timed out");
}
