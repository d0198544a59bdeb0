import { type DeliverEvent, deliveredEmits, parseEvent } from "../../internal-events";
import type { DeliveryStore } from "../ports";
import type { Emit } from "../recipients";

/** Lambda takes a megabyte and charges for more than this as for another event. */
const MAX_EVENT_BYTES = 240 * 1024;

/** Each worker reads all of it, and holds it in memory. */
const MAX_CONTENT_BYTES = 4 * 1024 * 1024;

/** A share's counts are one item, of 400 KB at most: about 80 bytes for each emit. */
const MAX_EMITS = 4_000;

/** The emits in the event itself; or none, when they are kept in the table. */
export type Content = Pick<DeliverEvent["delivery"], "emits">;

interface ContentServices {
  readonly deliveries: Pick<DeliveryStore, "keep" | "content">;
}

/** @throws RangeError when the emits of one delivery are more or larger than a worker can hold. */
export async function pack(
  { deliveries }: ContentServices,
  deliveryId: string,
  given: readonly Emit[],
): Promise<Content> {
  if (given.length > MAX_EMITS) {
    throw new RangeError(
      `expected at most ${MAX_EMITS} events for many sockets at once, got ${given.length}`,
    );
  }
  // Leaves out what else the record of a target's socket holds.
  const emits = parseEvent(deliveredEmits, given);
  const text = JSON.stringify(emits);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_EVENT_BYTES) return { emits };
  if (bytes > MAX_CONTENT_BYTES) {
    throw new RangeError(
      `data: expected at most ${MAX_CONTENT_BYTES} bytes of events for many sockets at once, got ${bytes}`,
    );
  }
  await deliveries.keep(deliveryId, text);
  return {};
}

/** @throws Error when what was kept is not there any more: the worker is hours late. */
export async function unpack(
  { deliveries }: ContentServices,
  { id, emits }: DeliverEvent["delivery"],
): Promise<readonly Emit[]> {
  if (emits) return emits;
  const text = await deliveries.content(id);
  if (text === undefined) throw new Error(`delivery ${id}: its events are not kept any more`);
  return parseEvent(deliveredEmits, JSON.parse(text));
}
