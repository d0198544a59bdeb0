import { type DeliveryCount, deliver, type Emit } from "./delivery";
import { encodeFrames } from "./frames";
import { PushError, type PushRequest, parsePush } from "./push-request";
import type { DeliveryServices } from "./services";

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
  try {
    return { target, frames: encodeFrames(target.namespace, event, args) };
  } catch (cause) {
    throw new PushError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
