import { forEachConcurrently, MAX_CONCURRENT_READS } from "../concurrency";
import type { Member } from "../records";
import type { PostServices } from "../services";
import { isInQuestion } from "./after-replay";

/**
 * Those that are connected by now: a socket that is being recovered is not yet. One that was recovered a moment ago
 * has what it missed, so posts to it do not wait; looking costs a read of its own.
 */
export async function connectedAmong(
  { recovery, clock }: Pick<PostServices, "recovery" | "clock">,
  members: readonly Member[],
): Promise<readonly Member[]> {
  if (!recovery) return members;
  const now = clock.now();
  const connected = members.filter((member) => !isInQuestion({ member }, now));
  const returning = members.filter((member) => isInQuestion({ member }, now));
  const readers = Math.min(returning.length, MAX_CONCURRENT_READS);
  await forEachConcurrently(returning, readers, async (member) => {
    const end = await recovery.replays.end(member);
    if (end && end !== "broken") connected.push({ ...member, activeFrom: undefined });
  });
  return connected;
}
