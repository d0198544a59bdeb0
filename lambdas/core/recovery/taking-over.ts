import {
  type ConnectOutcome,
  type ConnectRequest,
  type Identity,
  protect,
  sessionFor,
  welcome,
} from "../connections/connecting";
import type { Session } from "../listeners/session";
import type { CreateOutcome } from "../ports";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";
import { AHEAD_MS, CLOCK_SKEW_MS, COMPLETE_AFTER_MS } from "./boundary";
import { breakOff } from "./breaking-off";
import { laterOf } from "./missed-events";
import { MissedPosts } from "./missed-posts";
import { isOffset, type Offset, offsetBound, timeOf } from "./offsets";
import { sessionExpiry } from "./parking";
import type { LoggedEvent, ParkedSocket, Recovery, RecoverySession, ReplayEnd } from "./ports";
import { Replay } from "./replay";
import { withEnding } from "./replay-ending";

/** A recovered socket's memberships are written one by one, many at once. */
const PER_ROOM_MS = 2;
/** Of an event that is sent from the log. */
const PER_POST_MS = 6;
/** Writing takes so many requests, one after the other: a table that was slow to read from will be slow to write to. */
const WRITES_PER_READ = 5;

/** A socket that was away, and who has come back for it. */
export interface Return {
  readonly session: RecoverySession & { readonly claim: Stamp };
  readonly parked: ParkedSocket;
  readonly identity: Identity;
}

/**
 * Puts the socket onto the new connection, between what it is sent from the log and what is posted to it
 * (see `boundary.ts`). `undefined`, with nothing sent, when it missed too much.
 *
 * @throws when it cannot be finished.
 */
export async function takeOver(
  services: Services,
  recovery: Recovery,
  request: ConnectRequest,
  back: Return,
): Promise<ConnectOutcome | undefined> {
  const { clock } = services;
  const replay = replayOf(services, recovery, request, back);
  const startedAt = clock.now();
  const missed = await replay.upTo(startedAt - COMPLETE_AFTER_MS);
  if (!missed) return undefined;
  await protect(services, request);
  const readAt = clock.now();
  const activeFrom = readAt + aheadMs(back.parked, missed, readAt - startedAt);
  const current = returningSession(services, request, back, activeFrom);
  return withEnding(services, recovery, current.record, async (finish) => {
    const placed = await place(services, recovery, back.session, current.record);
    if (placed !== "created") return placed;
    const placedAt = clock.now();
    const posts = new MissedPosts(services, request, activeFrom);
    try {
      // Only now: of a recovery that fails before, the client would keep these, and get them again in the next.
      await posts.post(missed);
      await finish(await postRest(services, replay, posts, { activeFrom, placedAt }));
    } catch (error) {
      if (!posts.areHalfDone) throw error;
      await breakOff(services, request, { session: current, rooms: back.identity.rooms, finish, error });
      return "connected";
    }
    await welcome(services, request, current, back.identity.rooms);
    return "connected";
  });
}

function replayOf(
  services: Services,
  recovery: Recovery,
  request: ConnectRequest,
  { session, parked }: Return,
): Replay {
  const { namespace, sid, userId } = session;
  const { offset } = request.handshake.auth;
  const last = isOffset(offset) ? offset : undefined;
  const after = firstOffset(services, recovery, session, last);
  return new Replay(recovery.events, { namespace, sid, userId, rooms: parked.rooms }, after, last);
}

/** By then the socket is written, and most of what it missed is posted. */
function aheadMs({ rooms }: ParkedSocket, missed: readonly LoggedEvent[], readMs: number): number {
  const writingMs = WRITES_PER_READ * readMs + PER_ROOM_MS * Object.keys(rooms).length;
  return AHEAD_MS + writingMs + PER_POST_MS * missed.length;
}

/** The socket as it was, with what middleware has found out and set this time. */
function returningSession(
  services: Services,
  request: ConnectRequest,
  { session, parked, identity }: Return,
  activeFrom: number,
): Session {
  const { sid, pid } = session;
  const { rooms: _joining, data, ...admission } = identity;
  const past = { sid, pid, activeFrom, rooms: parked.rooms, data: { ...parked.data, ...data } };
  const current = sessionFor(services, request, { ...admission, ...past });
  current.recovered = true;
  return current;
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

/** Writes the memberships, and gives the socket to the connection. */
async function place(
  services: Services,
  { sessions, windowMs }: Recovery,
  { pid, claim }: Return["session"],
  record: SocketRecord,
): Promise<CreateOutcome> {
  const { sockets, gateway } = services;
  const { connectionId } = record;
  const created = await sockets.create(record);
  if (created !== "created") return created;
  if (await sessions.resume({ pid, connectionId, claim }, sessionExpiry(record, windowMs))) return "created";
  // The client is on yet another connection by now.
  await sockets.remove(record);
  await gateway.close(connectionId);
  return "closed";
}

/** What was emitted since, up to the moment from which on everybody who emits finds the memberships. */
async function postRest(
  { clock }: Services,
  replay: Replay,
  posts: MissedPosts,
  { activeFrom, placedAt }: { readonly activeFrom: number; readonly placedAt: number },
): Promise<ReplayEnd> {
  const boundary = Math.max(activeFrom, placedAt + CLOCK_SKEW_MS);
  await clock.pause(Math.max(0, boundary + COMPLETE_AFTER_MS - clock.now()));
  const rest = await replay.upTo(boundary);
  if (!rest) throw new Error("more was emitted during the recovery than can be sent");
  await posts.post(rest);
  posts.assertInTime();
  return { boundary, endedAt: clock.now(), recent: replay.recent(boundary) };
}
