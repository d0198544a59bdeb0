import type { JoinOutcome, MembershipStore } from "../../core/ports";
import type { SocketRecord, Stamp } from "../../core/records";
import { joinedSince } from "../../core/recovery/joined-since";
import { readOpenSocket } from "./connection-items";
import { mapKey, mapName, type SocketItem } from "./items";
import { socketKey } from "./keys";
import { memberPage, presentSids } from "./member-pages";
import { deleteLeft, deleteMembership, deleteMemberships, putMembership } from "./memberships";
import { joinChange, leaveChange, rejoinChange } from "./room-changes";
import type { Table } from "./table";
import { staleTombstones, type Tombstone, tombstoneRemoval } from "./tombstones";

export function membershipStore(table: Table, now: () => number, maxRoomsPerSocket: number): MembershipStore {
  async function join(
    socket: SocketRecord,
    room: string,
    stamp: Stamp,
    isIn = Object.hasOwn(socket.rooms, room),
  ): Promise<JoinOutcome> {
    const since = joinedSince(stamp, now());
    const change = isIn
      ? rejoinChange(socket, room, stamp)
      : joinChange(socket, room, { stamp, since, maxRooms: maxRoomsPerSocket });
    if (await table.update(socketKey(socket), change)) return settle(socket, room, stamp);
    const current = await readOpenSocket(table, socket, now());
    if (!current) return "closed";
    const { joinedAt, leftAt } = stampsOf(current, room);
    // A later join has been handled; its membership may not be there yet, so this one writes it.
    if (joinedAt !== undefined && joinedAt > stamp) return settle(socket, room, joinedAt);
    if (leftAt !== undefined && leftAt > stamp) return "superseded";
    if (joinedAt === undefined && Object.keys(current.rooms).length >= maxRoomsPerSocket) return "full";
    // Its record was not up to date, or what stood in the way has gone since: somebody else made progress.
    return join(socket, room, stamp, joinedAt !== undefined);
  }

  /** Puts the membership, and takes it back if the room was left or the socket closed before it was there. */
  async function settle(socket: SocketRecord, room: string, stamp: Stamp): Promise<JoinOutcome> {
    await putMembership(table, socket, room, stamp);
    const current = await readOpenSocket(table, socket, now());
    // A later join replaces the membership and needs no undoing.
    if (current && stampsOf(current, room).joinedAt !== undefined) return "joined";
    await deleteMembership(table, socket, room, stamp);
    return current ? "superseded" : "closed";
  }

  /** What a leave let be is found by its tombstone: only then this goes, too. */
  async function sweep(socket: SocketRecord, stale: readonly Tombstone[]): Promise<void> {
    const left = stale.map(([key, leftAt]) => [mapName(key), leftAt] as const);
    await deleteLeft(table, socket, left);
    await table.update(socketKey(socket), tombstoneRemoval(socket, stale));
  }

  return {
    join: (socket, room, stamp) => join(socket, room, stamp),

    async leave(socket, room, stamp) {
      // What lies under a socket's key is a socket.
      const current = (await table.update(socketKey(socket), leaveChange(socket, room, stamp))) as
        | SocketItem
        | undefined;
      if (!current) return; // A later join or leave has been handled, or the socket is gone.
      await deleteMembership(table, socket, room, stamp);
      const stale = staleTombstones(current.left, now(), maxRoomsPerSocket);
      if (stale.length > 0) await sweep(socket, stale);
    },

    leaveAll: (socket) => deleteMemberships(table, socket),

    members: (namespace, room, range) => memberPage(table, { namespace, room, range, now: now() }),
    present: (namespace, room, sids) => presentSids(table, { namespace, room, sids, now: now() }),
  };
}

function stampsOf(item: SocketItem, room: string): { readonly joinedAt?: Stamp; readonly leftAt?: Stamp } {
  const key = mapKey(room);
  return { joinedAt: item.rooms[key], leftAt: item.left[key] };
}
