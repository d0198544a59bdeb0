import { type DeliverEvent, deliveredEmits, parseEvent } from "../../internal-events";
import type { DeliveryStore } from "../ports";
import type { Emit } from "../recipients";

/** Lambda takes a megabyte and charges for more than this as for another event. */
const MAX_EVENT_BYTES = 240 * 1024;

/** Each worker reads all of it, and holds it in memory. */
const MAX_CONTENT_BYTES = 4 * 1024 * 1024;

/** A share's counts are one item, of 400 KB at most: about 80 bytes for each emit. */
const MAX_EMITS = 4_000;

/** What an emit may grow by once it is weighed: places in the log, and the sid of a socket that has it already. */
const GROWTH_BYTES = 200;

/** What one delivery holds. */
export interface Load {
  readonly emits: number;
  readonly bytes: number;
}

export const NO_LOAD: Load = { emits: 0, bytes: 0 };

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
  const { emits, text } = written(given);
  const load = { emits: emits.length, bytes: Buffer.byteLength(text) };
  assertFits(load);
  if (load.bytes <= MAX_EVENT_BYTES) return { emits };
  await deliveries.keep(deliveryId, text);
  return {};
}

/** How many of the emits, from the first one on, fit into a delivery that holds so much. */
export function fittingBeside(load: Load, emits: readonly Emit[]): number {
  let sum = load;
  const first = emits.findIndex((emit) => {
    sum = sumWith(sum, emit);
    return faultOf(sum) !== undefined;
  });
  return first === -1 ? emits.length : first;
}

/** @throws RangeError when a worker cannot hold that. */
export function loadedWith(load: Load, emits: readonly Emit[]): Load {
  const sum = emits.reduce(sumWith, load);
  assertFits(sum);
  return sum;
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

function sumWith({ emits, bytes }: Load, emit: Emit): Load {
  const { text } = written([emit]);
  return { emits: emits + 1, bytes: bytes + Buffer.byteLength(text) + GROWTH_BYTES };
}

/** Leaves out what else the record of a target's socket holds. */
function written(given: readonly Emit[]) {
  const emits = parseEvent(deliveredEmits, given);
  return { emits, text: JSON.stringify(emits) };
}

function assertFits(load: Load): void {
  const fault = faultOf(load);
  if (fault !== undefined) throw new RangeError(fault);
}

function faultOf({ emits, bytes }: Load): string | undefined {
  if (emits > MAX_EMITS) return `expected at most ${MAX_EMITS} events for many sockets at once, got ${emits}`;
  if (bytes <= MAX_CONTENT_BYTES) return undefined;
  return `data: expected at most ${MAX_CONTENT_BYTES} bytes of events for many sockets at once, got ${bytes}`;
}
