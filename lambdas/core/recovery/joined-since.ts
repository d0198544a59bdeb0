import type { Stamp } from "../records";
import { arrivedAt } from "../stamps";
import { CLOCK_SKEW_MS } from "./boundary";

/** As a rule a join is written so soon after its packet arrived. */
const AT_ONCE_MS = 100;

/**
 * Since when a socket is in a room that it joins `now` (milliseconds since the epoch), as a stamp: its listener may have
 * waited before, for a check of the app's, and what was emitted to the room until then is not for the socket.
 * `undefined` where the join's own stamp says it.
 */
export function joinedSince(stamp: Stamp, now: number): Stamp | undefined {
  if (now - arrivedAt(stamp) <= AT_ONCE_MS) return undefined;
  const digits = stamp.indexOf("-");
  // Who emits after the join may have a clock that is behind.
  return `${String(now - CLOCK_SKEW_MS).padStart(digits, "0")}${stamp.slice(digits)}`;
}
