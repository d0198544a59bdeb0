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

/** Draws offsets for one Lambda environment, which handles one invocation at a time. */
export function offsetSource(now: () => number, emitter = randomInt(EMITTERS)): () => Offset {
  const of = digits(emitter, EMITTER_DIGITS);
  let lastMs = 0;
  let count = 0;
  return () => {
    // A clock that is set back must not turn the emitter's order.
    const ms = Math.max(lastMs, now());
    count = ms === lastMs ? count + 1 : 0;
    lastMs = ms;
    return `${offsetBound(ms)}${of}${digits(count, COUNTER_DIGITS)}`;
  };
}

/** Sorts before all offsets of that millisecond and of later ones, and behind those of earlier ones. */
export function offsetBound(ms: number): Offset {
  return digits(Math.max(0, ms), TIME_DIGITS);
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
