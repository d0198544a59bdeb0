import type { SocketRecord } from "./records";

/** Every socket of a namespace is in it. */
export const EVERYONE = "@all";

/** As `newSid` makes them. */
const SID = /^@[\w-]{20}$/;

/** DynamoDB allows keys of 1,024 (sort) and 2,048 bytes (partition); half a kilobyte names any room. */
const MAX_ROOM_BYTES = 512;

export function userRoom(userId: string): string {
  return `@user:${userId}`;
}

/** The rooms that a socket is in by itself: its own, everyone's and its user's. */
export function baseRooms(socket: Pick<SocketRecord, "sid" | "userId">): readonly string[] {
  const rooms = [socket.sid, EVERYONE];
  return socket.userId === undefined ? rooms : [...rooms, userRoom(socket.userId)];
}

/** A socket's own room is named by its sid, so it can be excluded without being read. */
export function isSid(room: string): boolean {
  return SID.test(room);
}

/** The rooms that an app sends to or excepts, one or several; throws unless it may name them all. */
export function addressable(rooms: string | readonly string[]): readonly string[] {
  const list = listOf(rooms);
  for (const room of list) assertAddressable(room);
  return list;
}

/** The rooms that an app names, one or several; throws unless it may join them all. */
export function joinable(rooms: string | readonly string[]): readonly string[] {
  const list = listOf(rooms);
  for (const room of list) assertJoinable(room);
  return list;
}

/** `[]` are no rooms: it chooses nobody, as an empty list should. */
export function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

/**
 * Throws for the rooms of everyone and of users: an app may hand on a name that a client chose. Sids are hard to
 * guess, and rooms as in Socket.IO.
 */
function assertAddressable(room: unknown): asserts room is string {
  assertRoomName(room);
  if (room.startsWith("@") && !isSid(room)) {
    throw new Error(
      `room: names that begin with "@" are reserved, but for sids, got ${JSON.stringify(room)} (a user: toUser)`,
    );
  }
}

/** Throws unless an app may join the room: `@` is ours, which keeps sockets out of each other's own rooms. */
export function assertJoinable(room: unknown): asserts room is string {
  assertRoomName(room);
  if (room.startsWith("@")) {
    throw new Error(`room: names that begin with "@" are reserved, got ${JSON.stringify(room)}`);
  }
}

export function assertRoomName(room: unknown): asserts room is string {
  if (typeof room !== "string") throw new TypeError(`room: expected a string, got ${typeof room}`);
  // DynamoDB would keep another character in the place of half a surrogate pair.
  if (Buffer.from(room).toString() !== room) throw new TypeError("room: expected well-formed Unicode");
  const bytes = Buffer.byteLength(room);
  if (bytes === 0 || bytes > MAX_ROOM_BYTES) {
    throw new RangeError(`room: expected 1 to ${MAX_ROOM_BYTES} bytes, got ${bytes}`);
  }
}
