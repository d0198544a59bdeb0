import type { Member } from "../records";
import { type Offset, offsetBound } from "./offsets";

/**
 * An event that is emitted while a socket is being recovered comes either from the log or by a post, never by
 * both: what was emitted before the socket's `activeFrom` is read, what is emitted later is posted.
 *
 * So much later than the moment in which it is chosen `activeFrom` lies: by then the memberships are
 * written, and whoever emits later finds them.
 */
export const AHEAD_MS = 300;

/** So long after an event's offset was drawn it is in the log; else it is given another. */
export const LOGGED_WITHIN_MS = 200;

/** By how much the clocks of two Lambdas may differ. */
export const CLOCK_SKEW_MS = 50;

/** So long after `activeFrom` all that is to come from the log is read and posted: posts must not overtake it. */
const SETTLED_AFTER_MS = 750;

/** Whether an event is posted to the socket. One that is in no log always is. */
export function isPosted({ activeFrom }: Pick<Member, "activeFrom">, offset: Offset | undefined): boolean {
  return activeFrom === undefined || offset === undefined || offset >= offsetBound(activeFrom);
}

/**
 * How long a post to the socket waits. Not all until the same moment: it takes twice as long until posts are in
 * time again, so that those that begin one after the other do not meet.
 */
export function waitMs({ activeFrom }: Pick<Member, "activeFrom">, now: number): number {
  if (activeFrom === undefined) return 0;
  if (now < activeFrom) return activeFrom - now + SETTLED_AFTER_MS;
  return Math.max(0, Math.ceil(SETTLED_AFTER_MS - (now - activeFrom) / 2));
}
