import type { SocketRecord, Stamp } from "../../core/records";
import { arrivedAt } from "../../core/stamps";
import type { Change } from "./table";

/** By then every Lambda that an earlier join started has ended: API Gateway waits 29 s for it. */
const TOMBSTONE_MS = 60_000;

/** Collected before one more request removes them, and how many at once: an expression holds 4 KB. */
const BATCH = 20;

export type Tombstone = readonly [mapKey: string, leftAt: Stamp];

/**
 * What a leave, which has the item in hand, should sweep: nothing until it is worth a request. Beyond
 * `maxKept` also the young ones, oldest first, so that a client leaving ever new rooms cannot grow the item.
 */
export function staleTombstones(
  left: Readonly<Record<string, Stamp>>,
  now: number,
  maxKept: number,
): readonly Tombstone[] {
  const oldestFirst = Object.entries(left).sort(([, one], [, other]) => (one < other ? -1 : 1));
  const isStale = ([, leftAt]: Tombstone, index: number) =>
    index < oldestFirst.length - maxKept || arrivedAt(leftAt) < now - TOMBSTONE_MS;
  const stale = oldestFirst.filter(isStale);
  return stale.length < BATCH ? [] : stale.slice(0, BATCH);
}

/** All of them or, if one was replaced meanwhile, none: another leave will try again. */
export function tombstoneRemoval(socket: SocketRecord, stale: readonly Tombstone[]): Change {
  const indexes = [...stale.keys()];
  return {
    update: `REMOVE ${indexes.map((index) => `#left.#t${index}`).join(", ")}`,
    condition: ["sid = :sid", ...indexes.map((index) => `#left.#t${index} = :t${index}`)].join(" AND "),
    names: { "#left": "left", ...Object.fromEntries(stale.map(([key], index) => [`#t${index}`, key])) },
    values: { ":sid": socket.sid, ...Object.fromEntries(stale.map(([, at], index) => [`:t${index}`, at])) },
  };
}
