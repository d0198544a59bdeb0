import type { Member } from "../records";
import { type Offset, offsetBound } from "./offsets";

/**
 * An event that is emitted while a socket is being recovered comes either from the log or by a post, never by
 * both: what was emitted before the socket's `activeFrom` is read, and so is what was emitted until its
 * memberships are written, should that take longer. What is emitted later is posted, once all that was read is.
 *
 * So much later than the moment in which it is chosen `activeFrom` lies: as a rule the memberships are written by then.
 */
export const AHEAD_MS = 300;

/** So long after an event's offset was drawn it is in the log; else it is given another. */
export const LOGGED_WITHIN_MS = 200;

/** What has taken longer to be written is not written anew; nor are its offsets further ahead. */
export const WRITTEN_ANEW_WITHIN_MS = 4_000;

/** By how much the clocks of two Lambdas may differ. */
export const CLOCK_SKEW_MS = 50;

/** So long ago the log was complete: what is emitted is written by then. */
export const COMPLETE_AFTER_MS = LOGGED_WITHIN_MS + CLOCK_SKEW_MS;

/** So long after `activeFrom` whoever posts to the socket looks whether what it missed is posted. */
export const IN_QUESTION_MS = 10_000;

/** So long after `activeFrom` the socket of a recovery that broke off is closed, disconnect listeners and all. */
export const BROKEN_CLOSED_WITHIN_MS = IN_QUESTION_MS + 30_000;

/** A post may take so long: none of a recovery's begins later than that before the end of the question. */
export const LAST_POST_MS = IN_QUESTION_MS - 3_000;

/** Of what was missed none begins later: others post when the time is over, and the client must be told `connect` before. */
export const LAST_MISSED_MS = LAST_POST_MS - 1_500;

type Recovered = Pick<Member, "activeFrom" | "replayedAfter">;

/** Whether an event may be posted to the socket. One that is in no log always is. */
export function isPosted(member: Recovered, offset: Offset | undefined): boolean {
  const { activeFrom } = member;
  if (activeFrom === undefined || offset === undefined) return true;
  return offset >= offsetBound(activeFrom) || isOvertaken(member, offset);
}

/** It crossed the last event that the client got before it dropped, and nobody has come to post it until now. */
export function isOvertaken({ replayedAfter }: Recovered, offset: Offset): boolean {
  return replayedAfter !== undefined && offset <= replayedAfter;
}
