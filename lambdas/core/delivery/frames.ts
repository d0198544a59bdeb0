import { encodeJsonEvent } from "../../protocol/json-frames";
import type { Protocol } from "../../protocol/negotiate";
import { isReservedEvent } from "../../protocol/reserved-events";
import { encodeEvent } from "../../protocol/socket-io";

/** API Gateway's limit for a message, in both directions. */
const MAX_MESSAGE_BYTES = 128 * 1024;

/** What ends an event where connection state recovery is on: `,"` and 18 characters and `"`. */
const OFFSET_BYTES = 21;

/** One event as each protocol writes it; a frame is one WebSocket message. */
export type Frames = Readonly<Record<Protocol, readonly string[]>>;

/**
 * Encodes an event once per protocol, at the call of `emit`: what the app changes in the arguments
 * afterwards is not sent, and what cannot be sent throws where it was written. An `id` asks for an ack.
 */
export function encodeFrames(
  namespace: string,
  event: string,
  args: readonly unknown[],
  id?: number,
): Frames {
  if (isReservedEvent(event)) throw new Error(`event: "${event}" is reserved by Socket.IO`);
  const frames = {
    "socket.io": encodeEvent(namespace, event, args, id),
    json: [encodeJsonEvent(event, args, id)],
  };
  assertPostable(Object.values(frames).flat(), OFFSET_BYTES);
  return frames;
}

/** @throws RangeError for a frame, `moreBytes` longer than it is, that API Gateway would not take. */
export function assertPostable(frames: readonly string[], moreBytes = 0): void {
  const largest = Math.max(...frames.map((frame) => Buffer.byteLength(frame) + moreBytes));
  if (largest <= MAX_MESSAGE_BYTES) return;
  throw new RangeError(`data: expected a message of at most ${MAX_MESSAGE_BYTES} bytes, got ${largest}`);
}
