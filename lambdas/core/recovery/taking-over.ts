import {
  type ConnectOutcome,
  type ConnectRequest,
  type Identity,
  sessionFor,
} from "../connections/connecting";
import { preparedBy } from "../listeners/deadline";
import type { CreateOutcome } from "../ports";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";
import { AHEAD_MS, CLOCK_SKEW_MS, COMPLETE_AFTER_MS, LAST_MISSED_MS } from "./boundary";
import { breakOff } from "./breaking-off";
import { introduce } from "./introducing";
import { laterOf } from "./missed-events";
import { MissedPosts } from "./missed-posts";
import { isOffset, type Offset, offsetBound, timeOf } from "./offsets";
import { sessionExpiry } from "./parking";
import type { LoggedEvent, ParkedSocket, Recovery, RecoverySession, ReplayEnd } from "./ports";
import { Replay } from "./replay";
import { withEnding } from "./replay-ending";

/** A recovered socket's memberships are written one by one, many at once. */
const PER_ROOM_MS = 2;
/** Of an event that is sent from the log; a protected connection is looked at before, and a binary one takes a turn. */
const PER_POST_MS = 6;
const PER_PROTECTED_POST_MS = 12;
const PER_BINARY_POST_MS = 200;
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
 * (see `boundary.ts`). `undefined`, with nothing sent, when it missed too much, or the middleware left no time.
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
  const { offset } = request.handshake.auth;
  const lastOffset = isOffset(offset) ? offset : undefined;
  const replayedAfter = firstOffset(services, recovery, back.session, lastOffset);
  const replay = replayOf(recovery, back, replayedAfter, lastOffset);
  const startedAt = clock.now();
  const missed = await replay.upTo(startedAt - COMPLETE_AFTER_MS);
  if (!missed) return undefined;
  const readAt = clock.now();
  const last = preparedBy(services) - COMPLETE_AFTER_MS;
  if (readAt + AHEAD_MS > last) return undefined;
  // What cannot be posted until then is for the next time.
  const activeFrom = Math.min(last, readAt + aheadMs(request, back, missed, readAt - startedAt));
  const socket = returningSocket(services, request, back, { activeFrom, replayedAfter });
  const { rooms } = back.identity;
  return withEnding(services, recovery, socket, async (finish) => {
    const placed = await place(services, recovery, back.session, socket);
    if (placed !== "created") return placed;
    const placedAt = clock.now();
    const until = Math.min(activeFrom + LAST_MISSED_MS, preparedBy(services));
    const posts = new MissedPosts(services, request, until);
    try {
      // Only now: of a recovery that fails before, the client would keep these, and get them again in the next.
      await posts.post(missed);
      await finish(
        await postRest(services, replay, posts, { socket, boundary: boundaryOf(socket, placedAt) }),
      );
    } catch (error) {
      if (!posts.areHalfDone) throw error;
      return breakOff(services, request, { socket, rooms, finish, error });
    }
    return introduce(services, request, { socket, rooms });
  });
}

function replayOf(
  { events }: Recovery,
  { session, parked }: Return,
  after: Offset,
  last: Offset | undefined,
): Replay {
  const { namespace, sid, userId } = session;
  const { rooms, since } = parked;
  return new Replay(events, { namespace, sid, userId, rooms, since }, after, last);
}

/** By then the socket is written, and most of what it missed is posted. */
function aheadMs(
  { connection }: ConnectRequest,
  { parked }: Return,
  missed: readonly LoggedEvent[],
  readMs: number,
): number {
  const writingMs = WRITES_PER_READ * readMs + PER_ROOM_MS * Object.keys(parked.rooms).length;
  const perTextMs = connection.isProtected ? PER_PROTECTED_POST_MS : PER_POST_MS;
  const postingMs = missed.map(({ frames }) => (frames.length > 1 ? PER_BINARY_POST_MS : perTextMs));
  return postingMs.reduce((sum, ms) => sum + ms, AHEAD_MS + writingMs);
}

/** The socket as it was, with what middleware has found out and set this time. */
function returningSocket(
  services: Services,
  request: ConnectRequest,
  { session, parked, identity }: Return,
  recovered: Pick<SocketRecord, "activeFrom" | "replayedAfter">,
): SocketRecord {
  const { sid, pid } = session;
  const { rooms: _joining, data, ...admission } = identity;
  const { rooms, since } = parked;
  const past = { sid, pid, ...recovered, rooms, since, data: { ...parked.data, ...data } };
  return sessionFor(services, request, { ...admission, ...past }).record;
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

/** From then on everybody who emits finds the memberships. */
function boundaryOf({ activeFrom = 0 }: SocketRecord, placedAt: number): number {
  return Math.max(activeFrom, placedAt + CLOCK_SKEW_MS);
}

/** What was emitted since, to the rooms in which the socket is by then: others may have had it join and leave. */
async function postRest(
  { connections, clock }: Services,
  replay: Replay,
  posts: MissedPosts,
  { socket, boundary }: { readonly socket: SocketRecord; readonly boundary: number },
): Promise<ReplayEnd> {
  await clock.pause(Math.max(0, boundary + COMPLETE_AFTER_MS - clock.now()));
  const loaded = await connections.load(socket.connectionId);
  const current = loaded?.sockets.find(({ sid, closedFor }) => sid === socket.sid && !closedFor);
  if (!current) throw new Error("the socket was closed during its recovery");
  const rest = await replay.of(current).upTo(boundary);
  if (!rest) throw new Error("more was emitted during the recovery than can be sent");
  await posts.post(rest);
  posts.assertInTime();
  return { boundary, endedAt: clock.now(), recent: replay.recent(boundary) };
}
