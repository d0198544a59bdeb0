import { randomInt } from "node:crypto";

/**
 * Where an event stands in the order of all events: milliseconds, emitter, counter, in base 36 and of fixed
 * widths, so that strings compare as they should. Unique, and each emitter's ascend in the order of its emits.
 */
export type Offset = string;

const TIME_DIGITS = 9;
const EMITTER_DIGITS = 5;
const COUNTER_DIGITS = 4;
const EMITTERS = 36 ** EMITTER_DIGITS;
const OFFSET = new RegExp(`^[0-9a-z]{${TIME_DIGITS + EMITTER_DIGITS + COUNTER_DIGITS}}$`);

/**
 * Draws so many offsets for one delivery, all of one moment and in a row: no other's lies between two of them. The
 * moment is now, or `aheadMs` later, where writing them takes its time; nothing is to be posted under them before.
 */
export type OffsetSource = (count: number, aheadMs?: number) => readonly Offset[];

/** For one Lambda environment, which may handle several clients' packets side by side. */
export function offsetSource(now: () => number, emitter = randomInt(EMITTERS)): OffsetSource {
  let lastMs = 0;
  let drawn = 0;
  return (count, aheadMs = 0) => {
    // Of an emitter of its own: what others emit until then has earlier ones.
    if (aheadMs > 0) return row(now() + aheadMs, randomInt(EMITTERS), 0, count);
    // A clock that is set back must not turn the emitter's order.
    const ms = Math.max(lastMs, now());
    const first = ms === lastMs ? drawn : 0;
    lastMs = ms;
    drawn = first + count;
    return row(ms, emitter, first, count);
  };
}

function row(ms: number, emitter: number, first: number, count: number): readonly Offset[] {
  const prefix = `${offsetBound(ms)}${digits(emitter, EMITTER_DIGITS)}`;
  return Array.from({ length: count }, (_, index) => `${prefix}${digits(first + index, COUNTER_DIGITS)}`);
}

/** Sorts before all offsets of that (begun) millisecond and of later ones, and behind those of earlier ones. */
export function offsetBound(ms: number): Offset {
  return digits(Math.max(0, Math.floor(ms)), TIME_DIGITS);
}

/** What the offsets of one delivery have in common, as far as its emitter drew no others in that millisecond. */
export function rowOf(offset: Offset): string {
  return offset.slice(0, TIME_DIGITS + EMITTER_DIGITS);
}

/** What a client sends may be anything. */
export function isOffset(value: unknown): value is Offset {
  return typeof value === "string" && OFFSET.test(value);
}

/** Milliseconds since the epoch, of an offset or a bound. */
export function timeOf(offset: Offset): number {
  return Number.parseInt(offset.slice(0, TIME_DIGITS), 36);
}

function digits(value: number, width: number): string {
  return value.toString(36).padStart(width, "0");
}
