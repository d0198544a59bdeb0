import type { SocketRecord } from "../records";
import { baseRooms } from "../rooms";
import { arrivedAt } from "../stamps";
import { type Offset, offsetBound, timeOf } from "./offsets";
import type { FormerRoom, LoggedEvent } from "./ports";
import { withoutCopies } from "./written-anew";

/** A room whose log is to be read, from behind `after`. */
export interface LogRange {
  readonly room: string;
  readonly after: Offset;
  /** Absent where the socket is still in it. */
  readonly before?: Offset;
}

type Rooms = Pick<SocketRecord, "sid" | "userId" | "rooms" | "since"> & {
  /** Of which it may lack something. */
  readonly owed?: readonly FormerRoom[];
};

/** Of each room of the socket what came behind `after` and while it was in it. */
export function logRanges(socket: Rooms, after: Offset): readonly LogRange[] {
  const base = baseRooms(socket).map((room) => ({ room, after }));
  const joined = Object.keys(socket.rooms).map((room) => ({
    room,
    after: laterOf(after, offsetBound(isInSince(socket, room))),
  }));
  const left = (socket.owed ?? []).map(({ room, since, until }) => ({
    room,
    after: laterOf(after, offsetBound(since)),
    before: offsetBound(until),
  }));
  return [...base, ...joined, ...left];
}

/** What the socket is owed of the logs of its rooms, and was not `sent`: each event once, in the order of the offsets. */
export function missedEvents(
  socket: Rooms,
  logs: readonly (readonly LoggedEvent[])[],
  sent: ReadonlySet<Offset> = new Set(),
): readonly LoggedEvent[] {
  const byOffset = new Map<Offset, LoggedEvent>();
  for (const event of logs.flat()) if (!isExcepted(socket, event)) byOffset.set(event.offset, event);
  const unsent = [...byOffset.values()].filter(
    ({ offset, earlier = [] }) => ![offset, ...earlier].some((one) => sent.has(one)),
  );
  return [...withoutCopies(unsent)].sort((one, other) => (one.offset < other.offset ? -1 : 1));
}

/** By the socket's rooms as they are now: of one that it has left, and is owed nothing of, nobody knows. */
export function isExcepted(socket: Rooms, { except, offset }: LoggedEvent): boolean {
  const base = baseRooms(socket);
  return except.some((room) => base.includes(room) || wasIn(socket, room, timeOf(offset)));
}

function wasIn(socket: Rooms, room: string, ms: number): boolean {
  const { owed = [] } = socket;
  const isFormer = owed.some((former) => former.room === room && former.since <= ms && ms < former.until);
  return isFormer || isInSince(socket, room) <= ms;
}

export function laterOf(one: Offset, other: Offset): Offset {
  return one > other ? one : other;
}

/** Milliseconds since the epoch; never, for a room that it is not in. */
export function isInSince(
  { rooms, since = {} }: Pick<SocketRecord, "rooms" | "since">,
  room: string,
): number {
  const stamp = [since, rooms].find((stamps) => Object.hasOwn(stamps, room))?.[room];
  return stamp === undefined ? Number.POSITIVE_INFINITY : arrivedAt(stamp);
}
