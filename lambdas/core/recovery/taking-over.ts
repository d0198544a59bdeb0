import type { ConnectOutcome, ConnectRequest } from "../connections/connecting";
import { preparedBy } from "../listeners/deadline";
import type { SocketRecord } from "../records";
import type { Services } from "../services";
import { CLOCK_SKEW_MS, COMPLETE_AFTER_MS, LAST_MISSED_MS } from "./boundary";
import { breakOff } from "./breaking-off";
import { roomsLeft } from "./former-rooms";
import { introduce } from "./introducing";
import { MissedPosts } from "./missed-posts";
import { place, type Return, returningSocket } from "./placing";
import { type Plan, planFor } from "./planning";
import type { Recovery, ReplayEnd } from "./ports";
import { withEnding } from "./replay-ending";
import { keepFor } from "./undelivered";

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
  const plan = await planFor(services, recovery, request, back);
  if (!plan) return undefined;
  const socket = returningSocket(services, request, back, plan);
  const { rooms } = back.identity;
  return withEnding(services, recovery, socket, async (finish) => {
    const posts = new MissedPosts(services, request.connection, postedBy(services, plan));
    try {
      const placed = await place(services, recovery, back.session, socket);
      if (placed !== "created") return placed;
      await finish(await postAllMissed(services, plan, posts, socket));
    } catch (error) {
      const left = plan.replay.undelivered.filter(({ offset }) => !posts.mayHaveSent(offset));
      await keepFor(services, socket, left);
      if (!posts.areHalfDone) throw error;
      return breakOff(services, request, { socket, rooms, finish, error });
    }
    return introduce(services, request, { socket, rooms });
  });
}

function postedBy(services: Services, { activeFrom }: Plan): number {
  return Math.min(activeFrom + LAST_MISSED_MS, preparedBy(services));
}

/** Only now: of a recovery that fails before, the client would keep events, and get them again in the next. */
async function postAllMissed(
  services: Services,
  plan: Plan,
  posts: MissedPosts,
  socket: SocketRecord,
): Promise<ReplayEnd> {
  const { replay, missed } = plan;
  // From then on everybody who emits finds the memberships.
  const boundary = Math.max(plan.activeFrom, services.clock.now() + CLOCK_SKEW_MS);
  await posts.post(missed);
  await postRest(services, plan, posts, { socket, boundary });
  posts.assertInTime();
  const { replayed } = socket;
  return { boundary, endedAt: services.clock.now(), recent: replay.recent, replayed };
}

/** What was emitted since, to the rooms in which the socket was meanwhile: others may have had it join and leave. */
async function postRest(
  { connections, clock }: Services,
  { replay, owed = [] }: Plan,
  posts: MissedPosts,
  { socket, boundary }: { readonly socket: SocketRecord; readonly boundary: number },
): Promise<void> {
  await clock.pause(Math.max(0, boundary + COMPLETE_AFTER_MS - clock.now()));
  const loaded = await connections.load(socket.connectionId);
  const current = loaded?.sockets.find(({ sid, closedFor }) => sid === socket.sid && !closedFor);
  if (!current) throw new Error("the socket was closed during its recovery");
  const rest = await replay.upTo(boundary, { ...current, owed: [...owed, ...roomsLeft(socket, current)] });
  if (!rest) throw new Error("more was emitted during the recovery than can be sent");
  await posts.post(rest);
}
