import type { SocketRecord, Stamp } from "../../core/records";
import { mapKey } from "./items";
import { sinceName } from "./since-attributes";
import type { Change } from "./table";

/** A room that the socket is not in. `since`: where `stamp` does not say since when it is. */
export function joinChange(
  socket: SocketRecord,
  room: string,
  { stamp, since, maxRooms }: { readonly stamp: Stamp; readonly since?: Stamp; readonly maxRooms: number },
): Change {
  const isLate = since !== undefined;
  return {
    update: isLate
      ? "SET rooms.#room = :stamp, #since = :since REMOVE #left.#room"
      : "SET rooms.#room = :stamp REMOVE #left.#room, #since",
    condition: [
      "sid = :sid AND attribute_not_exists(closedFor)",
      "attribute_not_exists(rooms.#room)",
      "(attribute_not_exists(#left.#room) OR #left.#room <= :stamp)",
      "size(rooms) < :maxRooms",
    ].join(" AND "),
    names: { ...roomNames(room), "#left": "left" },
    values: {
      ":sid": socket.sid,
      ":stamp": stamp,
      ":maxRooms": maxRooms,
      ...(isLate && { ":since": since }),
    },
  };
}

/** A room that the socket is in: since when, stays. "Or the same": the SDK may repeat a request whose answer was lost. */
export function rejoinChange(socket: SocketRecord, room: string, stamp: Stamp): Change {
  return {
    update: "SET rooms.#room = :stamp, #since = if_not_exists(#since, rooms.#room)",
    condition: "sid = :sid AND attribute_not_exists(closedFor) AND rooms.#room <= :stamp",
    names: roomNames(room),
    values: { ":sid": socket.sid, ":stamp": stamp },
  };
}

/** Leaves a tombstone behind. "Or the same", as above. */
export function leaveChange(socket: SocketRecord, room: string, stamp: Stamp): Change {
  return {
    update: "SET #left.#room = :stamp REMOVE rooms.#room, #since",
    condition: [
      "sid = :sid",
      "(attribute_not_exists(rooms.#room) OR rooms.#room <= :stamp)",
      "(attribute_not_exists(#left.#room) OR #left.#room <= :stamp)",
    ].join(" AND "),
    names: { ...roomNames(room), "#left": "left" },
    values: { ":sid": socket.sid, ":stamp": stamp },
  };
}

function roomNames(room: string): Record<string, string> {
  return { "#room": mapKey(room), "#since": sinceName(room) };
}
