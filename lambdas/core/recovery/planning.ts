import type { ConnectRequest } from "../connections/connecting";
import { preparedBy } from "../listeners/deadline";
import type { Services } from "../services";
import { AHEAD_MS, COMPLETE_AFTER_MS } from "./boundary";
import { laterOf } from "./missed-events";
import { isOffset, type Offset, offsetBound, timeOf } from "./offsets";
import type { Return } from "./placing";
import type { ParkedSocket, Recovery, RecoverySession } from "./ports";
import { type Missed, Replay } from "./replay";
import { replayedUpTo } from "./replayed";

/** A recovered socket's memberships are written one by one, many at once. */
const PER_ROOM_MS = 2;
/** Of an event that is sent from the log; a protected connection is looked at before, and a binary one takes a turn. */
const PER_POST_MS = 6;
const PER_PROTECTED_POST_MS = 12;
const PER_BINARY_POST_MS = 200;
/** Writing takes so many requests, one after the other: a table that was slow to read from will be slow to write to. */
const WRITES_PER_READ = 5;

export interface Plan {
  readonly replay: Replay;
  /** What can be posted as soon as the socket is there. */
  readonly missed: readonly Missed[];
  /** See `Member`. */
  readonly activeFrom: number;
  readonly replayedAfter: Offset;
  /** See `ParkedSocket`. */
  readonly replayed: ParkedSocket["replayed"];
  readonly owed: ParkedSocket["owed"];
}

/** `undefined` when the socket missed too much, or its middleware has left no time. */
export async function planFor(
  services: Services,
  recovery: Recovery,
  request: ConnectRequest,
  back: Return,
): Promise<Plan | undefined> {
  const { clock } = services;
  const { offset } = request.handshake.auth;
  const last = isOffset(offset) ? offset : undefined;
  const replayedAfter = firstOffset(services, recovery, back.session, last);
  const { connectionId, owed } = back.parked;
  const replayed = replayedUpTo(back.parked.replayed, replayedAfter);
  // Of what its own recovery was to send, only that has noted what it did not.
  const sentBefore = replayedUpTo(back.parked.replayed?.slice(0, -1), replayedAfter);
  const replay = new Replay(recovery, { after: replayedAfter, last, connectionId, replayed: sentBefore });
  const startedAt = clock.now();
  const missed = await replay.upTo(startedAt - COMPLETE_AFTER_MS, { ...back.session, ...back.parked });
  const readAt = clock.now();
  const latest = preparedBy(services) - COMPLETE_AFTER_MS;
  if (!missed || readAt + AHEAD_MS > latest) return undefined;
  const wanted = readAt + aheadMs(request, back, missed, (readAt - startedAt) / replay.rounds);
  // What cannot be posted until then is for the next time.
  return { replay, missed, replayedAfter, replayed, owed, activeFrom: Math.floor(Math.min(latest, wanted)) };
}

/** The client's, or the beginning: after a recovery that failed it sends one of another session. */
function firstOffset(
  { clock }: Services,
  { logMs, overlapMs }: Recovery,
  { startOffset }: RecoverySession,
  last: Offset | undefined,
): Offset {
  const oldest = laterOf(startOffset, offsetBound(clock.now() - logMs));
  if (last === undefined) return oldest;
  return laterOf(overlapMs === 0 ? last : offsetBound(timeOf(last) - overlapMs), oldest);
}

/** By then the socket is written, and most of what it missed is posted. */
function aheadMs(
  { connection }: ConnectRequest,
  { parked }: Return,
  missed: readonly Missed[],
  readMs: number,
): number {
  const writingMs = WRITES_PER_READ * readMs + PER_ROOM_MS * Object.keys(parked.rooms).length;
  const perTextMs = connection.isProtected ? PER_PROTECTED_POST_MS : PER_POST_MS;
  const postingMs = missed.map(({ frames }) => (frames.length > 1 ? PER_BINARY_POST_MS : perTextMs));
  return postingMs.reduce((sum, ms) => sum + ms, AHEAD_MS + writingMs);
}
