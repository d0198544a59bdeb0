import { type DeliveryCount, deliver, type Emit } from "./delivery";
import { encodeFrames } from "./frames";
import { PushError, type PushRequest, parsePush } from "./push-request";
import type { DeliveryServices } from "./services";

/** API Gateway's limit for a message, in both directions. */
const MAX_MESSAGE_BYTES = 128 * 1024;

/** `pending` is what was handed on and is still on its way. */
export interface PushResult extends DeliveryCount {
  readonly pending: number;
}

/**
 * Delivers a push, or a list of them in order. A list is answered by a list.
 *
 * @throws PushError when any of the input is bad; then nothing was sent.
 */
export async function push(services: DeliveryServices, input: unknown): Promise<PushResult | PushResult[]> {
  const { requests, isList } = parsePush(input);
  const emits = requests.map(emitOf);
  const counts = await deliver(services, emits);
  const results = counts.map((count) => ({ ...count, pending: 0 }));
  const [only] = results;
  return isList || !only ? results : only;
}

function emitOf({ target, event, args }: PushRequest): Emit {
  const frames = encodeFrames(target.namespace, event, args);
  const largest = Math.max(
    ...Object.values(frames)
      .flat()
      .map((frame) => Buffer.byteLength(frame)),
  );
  if (largest > MAX_MESSAGE_BYTES) {
    throw new PushError(`data: expected a message of at most ${MAX_MESSAGE_BYTES} bytes, got ${largest}`);
  }
  return { target, frames };
}
