import type { CreateOutcome, SocketStore } from "../../core/ports";
import type { DisconnectReason, SocketRecord } from "../../core/records";
import { userRoom } from "../../core/rooms";
import { readConnection, readOpenSocket } from "./connection-items";
import { type SocketItem, socketItem, socketRecord } from "./items";
import { socketKey } from "./keys";
import { createMemberships, deleteMembership, deleteMemberships, putMembership } from "./memberships";
import { claimChange, closeChange, dataChanges, identityChange, introduction } from "./socket-changes";
import type { Change, Table } from "./table";

export function socketStore(table: Table, now: () => number): SocketStore {
  return {
    async create(socket) {
      if (await putSocket(table, socket)) return completeSocket(table, socket, now());
      return createAgain(table, socket, now());
    },

    introduce: (socket) => updateSocket(table, socket, introduction(socket)),

    async saveData(socket, changes) {
      for (const change of dataChanges(socket, changes)) await table.update(socketKey(socket), change);
    },

    async authenticate(socket, identity) {
      const item = await table.update(socketKey(socket), identityChange(socket, identity));
      if (!item) return refusedIdentity(table, socket, now());
      const { userId } = identity;
      if (userId === undefined) return "done";
      // Also where the user was known: who noted that may have crashed before this.
      await putMembership(table, socket, userRoom(userId), socket.stamp);
      if (await readOpenSocket(table, socket, now())) return "done";
      await deleteMembership(table, socket, userRoom(userId), socket.stamp);
      return "closed";
    },

    async close(socket, reason, stamp) {
      // The same sid never gets another stamp, so the record decides.
      if (socket.stamp > stamp) return "newer";
      return (await markClosed(table, socket, reason)) ? "closed" : "missing";
    },

    async claim(socket, reason) {
      const claimed = await updateSocket(table, socket, claimChange(socket, reason, now()));
      return claimed && { ...claimed, closedFor: claimed.closedFor ?? reason };
    },

    async remove(socket, hasLeftAll = false) {
      if (hasLeftAll) return removeSocket(table, socket);
      // Once it is marked no room is added to a socket: only then its record names all of its memberships.
      const marked = socket.closedFor ? socket : await markClosed(table, socket, "forced close");
      if (marked) await removeTraces(table, marked);
    },
  };
}

function putSocket(table: Table, socket: SocketRecord): Promise<boolean> {
  return table.put({ ...socketItem(socket), isNew: true } satisfies SocketItem, {
    condition: "attribute_not_exists(pk)",
  });
}

/** What follows once the socket is there; whoever comes after a crash does the same again. */
async function completeSocket(table: Table, socket: SocketRecord, now: number): Promise<CreateOutcome> {
  await createMemberships(table, socket);
  const current = await readOpenSocket(table, socket, now);
  const staysNew = socket.pid !== undefined;
  if (current && (staysNew || (await updateSocket(table, socket, introduction(socket))))) return "created";
  await removeTraces(table, socket);
  return "closed";
}

/**
 * A repetition, or a Put whose answer was lost, finishes what was begun: with the stamp and the rooms that the
 * socket has by now, by which alone its closer finds its memberships.
 */
async function createAgain(table: Table, socket: SocketRecord, now: number): Promise<CreateOutcome> {
  const { connection, sockets } = await readConnection(table, socket.connectionId, now);
  const isOpen = connection !== undefined && !connection.closedFor;
  const item = sockets.find(({ sid }) => sid === socket.sid);
  if (!item) return isOpen ? "exists" : "closed";
  const { connectionId, isProtected } = socket;
  if (item.isNew) return completeSocket(table, { ...socketRecord(connectionId, item), isProtected }, now);
  return isOpen && !item.closedFor ? "created" : "closed";
}

/** The socket last: until it is gone, somebody else can do this again. */
async function removeTraces(table: Table, socket: SocketRecord): Promise<void> {
  await deleteMemberships(table, socket);
  await removeSocket(table, socket);
}

async function removeSocket(table: Table, socket: SocketRecord): Promise<void> {
  await table.delete(socketKey(socket), { condition: "sid = :sid", values: { ":sid": socket.sid } });
}

function markClosed(
  table: Table,
  socket: SocketRecord,
  reason: DisconnectReason,
): Promise<SocketRecord | undefined> {
  return updateSocket(table, socket, closeChange(socket, reason));
}

async function updateSocket(
  table: Table,
  socket: SocketRecord,
  change: Change,
): Promise<SocketRecord | undefined> {
  // What lies under a socket's key is a socket.
  const item = (await table.update(socketKey(socket), change)) as SocketItem | undefined;
  return item && socketRecord(socket.connectionId, item);
}

async function refusedIdentity(table: Table, socket: SocketRecord, now: number): Promise<"closed" | "taken"> {
  const { sockets } = await readConnection(table, socket.connectionId, now);
  const current = sockets.find((item) => item.sid === socket.sid);
  return !current || current.closedFor ? "closed" : "taken";
}
