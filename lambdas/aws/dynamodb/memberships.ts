import { forEachConcurrently } from "../../core/concurrency";
import type { SocketRecord, Stamp } from "../../core/records";
import { baseRooms } from "../../core/rooms";
import { membershipItem } from "./items";
import { membershipKey } from "./keys";
import type { Table } from "./table";

/** A socket may be in a thousand rooms, and a request that waits long for a connection fails. */
const CONCURRENT_PUTS = 50;
/** Fewer: ten connections or more may be closed at once, and all of them share 128 connections to the table. */
const CONCURRENT_DELETES = 10;

/** The rooms of a socket, its base rooms included, with the stamp that each membership carries. */
export function stampedRooms(socket: SocketRecord): readonly (readonly [room: string, stamp: Stamp])[] {
  const base = baseRooms(socket).map((room) => [room, socket.stamp] as const);
  return [...base, ...Object.entries(socket.rooms)];
}

/** Those of a new socket. A recovered one's may be there already, or be another connection's by now. */
export async function createMemberships(table: Table, socket: SocketRecord): Promise<void> {
  const rooms = stampedRooms(socket);
  if (socket.activeFrom !== undefined) {
    return forEachConcurrently(rooms, CONCURRENT_PUTS, ([room, stamp]) =>
      putMembership(table, socket, room, stamp),
    );
  }
  await table.writeAll(rooms.map(([room, stamp]) => ({ put: membershipItem(socket, room, stamp) })));
}

/**
 * Writes the membership unless a later one is there. Of several connections that have the same stamp, since a
 * recovered socket brings those of its rooms along, the one whose CONNECT arrived last has it.
 */
export async function putMembership(
  table: Table,
  socket: SocketRecord,
  room: string,
  stamp: Stamp,
): Promise<void> {
  await table.put(membershipItem(socket, room, stamp), {
    condition: [
      "attribute_not_exists(pk) OR stamp < :stamp",
      "(stamp = :stamp AND (attribute_not_exists(broughtBy) OR broughtBy <= :connectStamp))",
    ].join(" OR "),
    values: { ":stamp": stamp, ":connectStamp": socket.stamp },
  });
}

/** Deletes the membership unless another connection has taken over the sid, or a later join the room. */
export async function deleteMembership(
  table: Table,
  socket: SocketRecord,
  room: string,
  stamp: Stamp,
): Promise<void> {
  await table.delete(membershipKey(socket.namespace, room, socket.sid), {
    condition: "connectionId = :connectionId AND stamp <= :stamp",
    values: { ":connectionId": socket.connectionId, ":stamp": stamp },
  });
}

/** What a socket that is marked closed names; none is added any more. */
export async function deleteMemberships(table: Table, socket: SocketRecord): Promise<void> {
  await forEachConcurrently(stampedRooms(socket), CONCURRENT_DELETES, ([room, stamp]) =>
    deleteMembership(table, socket, room, stamp),
  );
  await deleteLeft(table, socket, Object.entries(socket.left ?? {}));
}

/**
 * A leave that failed half-way may have let the memberships be. Hardly any has, and to read is cheaper than a delete
 * of what is gone.
 */
export async function deleteLeft(
  table: Table,
  socket: SocketRecord,
  left: readonly (readonly [room: string, leftAt: Stamp])[],
): Promise<void> {
  const keyOf = (room: string) => membershipKey(socket.namespace, room, socket.sid);
  const items = await table.getAll(
    left.map(([room]) => keyOf(room)),
    ["pk"],
  );
  const found = new Set(items.map(({ pk }) => pk?.S));
  const remaining = left.filter(([room]) => found.has(keyOf(room).pk));
  await forEachConcurrently(remaining, CONCURRENT_DELETES, ([room, leftAt]) =>
    deleteMembership(table, socket, room, leftAt),
  );
}
