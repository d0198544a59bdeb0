import type { SocketRecord } from "../records";
import { arrivedAt } from "../stamps";
import { isInSince } from "./missed-events";
import { offsetBound } from "./offsets";
import type { FormerRoom, Recovery } from "./ports";

/** Each is a log to be read, and some of an item. */
const MAX_OWED = 100;

type Rooms = Pick<SocketRecord, "rooms" | "since">;

/** Of the rooms that a recovered socket came with, those that it has left since, though it may be in them again. */
export function roomsLeft({ rooms, since }: Rooms, socket: SocketRecord): readonly FormerRoom[] {
  return Object.keys(rooms).flatMap((room) => {
    const until = leftAt(socket, room);
    return until === undefined ? [] : [{ room, since: isInSince({ rooms, since }, room), until }];
  });
}

/**
 * Of a socket whose recovery broke off: rooms of which its client may lack something, and the next recovery would not
 * know, as it has left them.
 */
export async function owedRooms(
  { sessions }: Recovery,
  socket: SocketRecord,
): Promise<readonly FormerRoom[] | undefined> {
  const { pid, replayedAfter = "" } = socket;
  // What it was recovered from is there until it is parked itself.
  const parked = pid === undefined ? undefined : (await sessions.load(pid))?.parked;
  if (!parked || parked.connectionId === socket.connectionId) return undefined;
  const all = [...(parked.owed ?? []), ...roomsLeft(parked, socket)];
  const owed = all.filter(({ until }) => offsetBound(until) > replayedAfter).slice(-MAX_OWED);
  return owed.length === 0 ? undefined : owed;
}

/** Milliseconds since the epoch. What listeners left as the connection dropped, they left for good. */
function leftAt(socket: SocketRecord, room: string): number | undefined {
  const { left = {}, stamp } = socket;
  const leave = Object.hasOwn(left, room) ? left[room] : undefined;
  if (leave !== undefined) return arrivedAt(leave);
  const since = isInSince(socket, room);
  const isInAgain = Number.isFinite(since) && since > arrivedAt(stamp);
  // A join removes the stamp of the leave, which may have come at any moment since.
  return isInAgain ? arrivedAt(stamp) : undefined;
}
