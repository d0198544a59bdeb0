import { batchesOf } from "../batches";
import { entriesOf, type Loggable, type Logged } from "./log-entries";
import type { LogEntry } from "./ports";

/** What BatchWriteItem takes. */
const ENTRIES = 25;
const REQUEST_MS = 10;
/** Of one event, so many requests are under way at once. */
const AT_ONCE = 8;

/** A room's log takes a write unit, of one KB, in each millisecond, and so many at once where it was quiet before. */
const UNIT_BYTES = 1_000;
const KEY_BYTES = 100;
const BURST_UNITS = 1_000;

/**
 * What to write one after the other: side by side the later events of a delivery might be there without the earlier ones
 * for a while. One event, of however many rooms, is written at once.
 */
export function requestsOf(
  emits: readonly Logged<Loggable>[],
  expiresAt: number,
): readonly (readonly LogEntry[])[] {
  const entries = entriesOf(emits, expiresAt);
  if (emits.length === 1) return entries.length === 0 ? [] : [entries];
  return batchesOf(entries, ENTRIES);
}

/** Whether writing them takes several requests. */
export function areMany(emits: readonly Loggable[]): boolean {
  return entriesToBe(emits).length > ENTRIES;
}

/** About how long that takes. */
export function writingMs(emits: readonly Loggable[]): number {
  const entries = entriesToBe(emits);
  const requests = Math.ceil(entries.length / ENTRIES / (emits.length === 1 ? AT_ONCE : 1));
  return Math.max(requests * REQUEST_MS, mostUnits(entries) - BURST_UNITS);
}

function entriesToBe(emits: readonly Loggable[]): readonly LogEntry[] {
  return entriesOf(
    emits.map((emit) => ({ ...emit, offset: "" })),
    0,
  );
}

function mostUnits(entries: readonly LogEntry[]): number {
  const units = new Map<string, number>();
  let most = 0;
  for (const { namespace, room, frames } of entries) {
    const bytes = frames.reduce((sum, frame) => sum + frame.length, KEY_BYTES);
    const key = JSON.stringify([namespace, room]);
    const sum = (units.get(key) ?? 0) + Math.ceil(bytes / UNIT_BYTES);
    units.set(key, sum);
    most = Math.max(most, sum);
  }
  return most;
}
