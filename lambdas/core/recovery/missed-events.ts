import type { SocketRecord } from "../records";
import { baseRooms } from "../rooms";
import { arrivedAt } from "../stamps";
import { type Offset, offsetBound, timeOf } from "./offsets";
import type { LoggedEvent } from "./ports";

/** A room whose log is to be read, from behind `after`. */
export interface LogRange {
  readonly room: string;
  readonly after: Offset;
}

type Rooms = Pick<SocketRecord, "sid" | "userId" | "rooms" | "since">;

/** Of each room of the socket what came behind `after` and since it is in it. */
export function logRanges(socket: Rooms, after: Offset): readonly LogRange[] {
  const base = baseRooms(socket).map((room) => ({ room, after }));
  const joined = Object.keys(socket.rooms).map((room) => ({
    room,
    after: laterOf(after, offsetBound(isInSince(socket, room))),
  }));
  return [...base, ...joined];
}

/** What the socket is owed of the logs of its rooms, and was not `sent`: each event once, in the order of the offsets. */
export function missedEvents(
  socket: Rooms,
  logs: readonly (readonly LoggedEvent[])[],
  sent: ReadonlySet<Offset> = new Set(),
): readonly LoggedEvent[] {
  const byOffset = new Map<Offset, LoggedEvent>();
  for (const event of logs.flat()) if (!isExcepted(socket, event)) byOffset.set(event.offset, event);
  const events = [...byOffset.values()];
  const replaced = new Set(events.flatMap(({ earlier = [] }) => earlier));
  return events
    .filter(({ offset, earlier = [] }) => ![offset, ...earlier].some((one) => sent.has(one)))
    .filter(({ offset }) => !replaced.has(offset))
    .sort((one, other) => (one.offset < other.offset ? -1 : 1));
}

/** By the socket's rooms as they are now: of one that it has left by now nobody knows that it was in it. */
export function isExcepted(socket: Rooms, { except, offset }: LoggedEvent): boolean {
  const base = baseRooms(socket);
  return except.some((room) => base.includes(room) || isInSince(socket, room) <= timeOf(offset));
}

export function laterOf(one: Offset, other: Offset): Offset {
  return one > other ? one : other;
}

/** Milliseconds since the epoch; never, for a room that it is not in. */
function isInSince({ rooms, since = {} }: Rooms, room: string): number {
  const stamp = [since, rooms].find((stamps) => Object.hasOwn(stamps, room))?.[room];
  return stamp === undefined ? Number.POSITIVE_INFINITY : arrivedAt(stamp);
}
