import type { Member } from "../records";
import type { PostServices } from "../services";
import { CLOCK_SKEW_MS, COMPLETE_AFTER_MS, IN_QUESTION_MS, isOvertaken } from "./boundary";
import { type Offset, offsetBound, timeOf } from "./offsets";
import type { ReplayEnd } from "./ports";
import { isReplayed } from "./replayed";

/** What is to be posted to a socket, as far as it matters to one that is being recovered. */
export interface Incoming {
  readonly member: Pick<Member, "connectionId" | "sid" | "activeFrom" | "replayedAfter">;
  /** Absent of what is in no log. */
  readonly offset?: Offset;
  /** Under which it was in the log before. */
  readonly earlier?: readonly Offset[];
}

/**
 * - `post`: the socket has all that comes before.
 * - `replayed`: it has been sent this from the log.
 * - `broken`: its recovery has failed, and its connection is to be cut.
 */
export type Verdict = "post" | "replayed" | "broken";

type Services = Pick<PostServices, "recovery" | "clock">;
type Replayed = Exclude<ReplayEnd, "broken">;

/** Ever rarer: whoever posts to the rooms of many that are being recovered has as many to look for. */
const FIRST_POLL_MS = 100;
/** The first look: a moment after the earliest that a recovery can be over. */
const FIRST_LOOK_MS = COMPLETE_AFTER_MS + 50;
/** How long a look and its answer take. */
const LOOK_MS = 50;

/** Whether a post has to wait until the socket has what it missed, or was sent it with that. */
export function isInQuestion({ member, offset, earlier }: Incoming, now: number): boolean {
  if (member.activeFrom === undefined) return false;
  const first = earlier?.[0] ?? offset;
  return (first === undefined ? now : timeOf(first)) < member.activeFrom + IN_QUESTION_MS;
}

/** For the posts to one connection, one after the other; each of its recovered sockets is looked up once. */
export function replayGate(services: Services): (incoming: Incoming) => Promise<Verdict> {
  const ends = new Map<string, Promise<ReplayEnd | undefined>>();
  const cameAt = services.clock.now();
  return async (incoming) => {
    const { member, offset, earlier = [] } = incoming;
    if (!services.recovery || !isInQuestion(incoming, services.clock.now())) return "post";
    const known = ends.get(member.sid) ?? endOf(services, member);
    ends.set(member.sid, known);
    const end = await known;
    if (!end || end === "broken") return "broken";
    if (offset !== undefined && isSent(member, end, offset)) return "replayed";
    if ([offset ?? "", ...earlier].some((one) => end.recent.includes(one))) return "replayed";
    await turnAfter(services, member, end, cameAt);
    return "post";
  };
}

function isSent(member: Incoming["member"], { boundary, replayed }: Replayed, offset: Offset): boolean {
  const isOwn = offset < offsetBound(boundary) && !isOvertaken(member, offset);
  return isOwn || isReplayed(replayed, offset);
}

/** `undefined` when its Lambda has crashed: it would be over by then. */
async function endOf(
  { recovery, clock }: Services,
  member: Incoming["member"],
): Promise<ReplayEnd | undefined> {
  const { activeFrom = 0 } = member;
  await clock.pause(Math.max(0, activeFrom + FIRST_LOOK_MS - clock.now()));
  for (;;) {
    const end = await recovery?.replays.end(member);
    if (end || clock.now() >= activeFrom + IN_QUESTION_MS) return end;
    const leftMs = activeFrom + IN_QUESTION_MS - clock.now();
    await clock.pause(Math.min(leftMs, pollMs(clock.now() - activeFrom)));
  }
}

function pollMs(elapsedMs: number): number {
  return Math.max(FIRST_POLL_MS, Math.ceil(elapsedMs / 3));
}

/**
 * First everybody who waits must have seen the end. Then not all go on at the same moment: it takes twice as long
 * until posts are in time again, so that those that came one after the other do not meet.
 */
async function turnAfter(
  { clock }: Services,
  { activeFrom = 0 }: Incoming["member"],
  { boundary, endedAt }: Replayed,
  cameAt: number,
): Promise<void> {
  const seenAt = endedAt + pollMs(endedAt - activeFrom) + LOOK_MS + CLOCK_SKEW_MS;
  const turn = Math.ceil(seenAt + Math.max(0, cameAt - boundary) / 2);
  await clock.pause(Math.max(0, Math.min(turn, activeFrom + IN_QUESTION_MS) - clock.now()));
}
