import { splitAck } from "./ack-callback";
import type { WithoutAck } from "./event-maps";
import type { RuntimeListener } from "./namespace-definition";
import { type Remember, Repetition } from "./repetition";

const DAY_SECONDS = 86_400;
const MAX_TTL_SECONDS = 30 * DAY_SECONDS;

// biome-ignore lint/suspicious/noExplicitAny: matches a listener of any event of any socket
type AnyListener = (socket: any, ...args: any[]) => unknown;

/** The arguments of an event, without the socket and the ack. */
type KeyArgs<F> = F extends (socket: infer _, ...args: infer Args) => unknown
  ? WithoutAck<(...args: Args) => void>
  : never;

export interface DeduplicationOptions<F extends AnyListener = AnyListener> {
  /**
   * What tells one event from a repetition of it: an id that the client made for the action and sends again
   * with every attempt, such as an order's. Called with the event's arguments, without the ack. A client
   * may send anything: what is no string, or an empty one, fails the listener. `undefined` runs the
   * listener without looking.
   *
   * Keys are those of one event of one user: nobody gets another's answer. Sockets without a `userId` share
   * theirs, so that their keys should be hard to guess.
   */
  readonly key: (...args: KeyArgs<F>) => string | undefined;
  /** How long a repetition is recognized, in whole seconds up to 30 days. @default 86400 */
  readonly ttlSeconds?: number;
}

/**
 * A listener that does its work once for each key, however often the client repeats the event: because an
 * ack was lost, or because it was cut off. A repetition is acked with the answer of the attempt that
 * succeeded; while one runs, a second one waits for it; a failed one is forgotten, and the next does the
 * work. What is guaranteed, and what is not: `docs/delivery-guarantees.md`. Costs two writes an event.
 *
 * One deduplicated listener an event: two of them would take each other for a repetition.
 */
export function deduplicated<F extends AnyListener>(
  options: DeduplicationOptions<F>,
  listener: (...all: Parameters<F>) => unknown,
): F {
  const { key, ttlSeconds = DAY_SECONDS } = options;
  assertTtl(ttlSeconds);
  // The event maps end here: at run time arguments are what the client sent.
  const keyOf = key as (...args: unknown[]) => unknown;
  return once(keyOf, ttlSeconds, listener as RuntimeListener) as F;
}

function once(
  keyOf: (...args: unknown[]) => unknown,
  ttlSeconds: number,
  listener: RuntimeListener,
): RuntimeListener {
  return async (socket, ...given) => {
    const { args, ack } = splitAck(given);
    const key = keyOf(...args);
    if (key === undefined) return listener(socket, ...given);
    const repetition = new Repetition(socket, key, ttlSeconds);
    const outcome = await repetition.claim(ack !== undefined);
    if (outcome.status === "done") return ack?.(...outcome.answer);
    if (outcome.status === "running") return;
    await repetition.run((remember) => listener(socket, ...args, ...(ack ? [answering(remember, ack)] : [])));
  };
}

/** Remembered first: who hears the ack never has the work done again. */
function answering(remember: Remember, ack: (...answer: unknown[]) => unknown) {
  return (...answer: unknown[]) => {
    remember(answer);
    ack(...answer);
  };
}

function assertTtl(ttlSeconds: number): void {
  if (Number.isInteger(ttlSeconds) && ttlSeconds >= 1 && ttlSeconds <= MAX_TTL_SECONDS) return;
  throw new RangeError(`deduplicated(): ttlSeconds: expected 1 to ${MAX_TTL_SECONDS}, got ${ttlSeconds}`);
}
