import { type Offset, rowOf } from "./offsets";
import type { LoggedEvent } from "./ports";

/**
 * One copy of each event. Who reads while a delivery is written anew, or taken out, finds a part of it under one offset
 * and all of it under another: a row counts unless all of what is there of it is there under later offsets, too, and of
 * the rows that count the first does. So nobody gets the end of a delivery before its beginning.
 */
export function withoutCopies(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  const replaced = new Set(events.flatMap(({ earlier = [] }) => earlier));
  if (replaced.size === 0) return events;
  const there = new Set(events.map(({ offset }) => offset));
  const counting = new Set(
    events
      .map(({ offset }) => offset)
      .filter((one) => !replaced.has(one))
      .map(rowOf),
  );
  const counts = (offset: Offset) => counting.has(rowOf(offset));
  return events.filter(({ offset, earlier = [] }) => {
    return counts(offset) && !earlier.some((one) => there.has(one) && counts(one));
  });
}

/**
 * Where the last event that a client got was there under a later offset, too, it came from the log, and all before it in
 * its delivery: the copies of these are no news.
 */
export function withoutGot(events: readonly LoggedEvent[], last: Offset | undefined): readonly LoggedEvent[] {
  if (last === undefined || !events.some(({ earlier = [] }) => earlier.includes(last))) return events;
  const isGot = (one: Offset) => rowOf(one) === rowOf(last) && one <= last;
  return events.filter(({ earlier = [] }) => !earlier.some(isGot));
}
