import { MAX_NAMESPACES } from "../../core/limits/namespaces";
import type { ConnectionStore } from "../../core/ports";
import type { ConnectionRecord, Liveness, LoadedConnection } from "../../core/records";
import { type ConnectionItems, readConnection, readConnectionAndParts } from "./connection-items";
import {
  connectionItem,
  connectionRecord,
  type HandshakeItem,
  handshakeItem,
  isLive,
  type SocketItem,
  socketRecord,
} from "./items";
import { connectionKey, handshakeKey } from "./keys";
import { livenessItem, livenessKey } from "./liveness-items";
import type { Table } from "./table";

export function connectionStore(table: Table, now: () => number): ConnectionStore {
  return {
    open: (connection, handshake) =>
      table.writeAll([
        { put: connectionItem(connection) },
        { put: handshakeItem(connection, handshake) },
        { put: livenessItem(newLiveness(connection)) },
      ]),

    async load(connectionId) {
      return loaded(connectionId, await readConnection(table, connectionId, now()));
    },

    async handshake(connectionId) {
      // Only `open` writes under this key.
      const item = (await table.get(handshakeKey(connectionId))) as HandshakeItem | undefined;
      return item && isLive(item, now()) ? JSON.parse(item.handshake) : undefined;
    },

    async close(connectionId, reason) {
      const [, isOnTheList] = await Promise.all([
        table.update(connectionKey(connectionId), {
          update: "SET closedFor = if_not_exists(closedFor, :reason)",
          condition: "attribute_exists(pk)",
          values: { ":reason": reason },
        }),
        noteClosing(table, connectionId, now()),
      ]);
      const { parts, ...items } = await readConnectionAndParts(table, connectionId, now());
      if (parts.length > 0) await table.writeAll(parts.map((key) => ({ delete: key })));
      const [orphan] = items.sockets;
      if (isOnTheList && !items.connection && !orphan) await takeOffTheList(table, connectionId);
      if (items.connection || !orphan) return loaded(connectionId, items);
      return {
        connection: { ...lostConnection(connectionId, orphan), closedFor: reason },
        ...sockets(connectionId, items),
      };
    },

    async leave(connectionId, namespace) {
      await table.update(connectionKey(connectionId), {
        update: "ADD leftNamespaces :namespace",
        // CONNECTs that arrive together may be more than are admitted, and an item has 400 KB.
        condition:
          "attribute_exists(pk) AND (attribute_not_exists(leftNamespaces) OR size(leftNamespaces) < :max)",
        values: { ":namespace": new Set([namespace]), ":max": MAX_NAMESPACES },
      });
    },

    async remove(connectionId) {
      await table.writeAll([{ delete: handshakeKey(connectionId) }, { delete: connectionKey(connectionId) }]);
      await takeOffTheList(table, connectionId);
    },
  };
}

function newLiveness({ connectionId, protocol, connectedAt }: ConnectionRecord): Liveness {
  return { connectionId, protocol, connectedAt };
}

/** From now on it is on the heartbeat's list: should the closer crash, the heartbeat starts another. */
async function noteClosing(table: Table, connectionId: string, now: number): Promise<boolean> {
  const item = await table.update(livenessKey(connectionId), {
    update: "SET closedAt = if_not_exists(closedAt, :now)",
    condition: "attribute_exists(pk)",
    values: { ":now": now },
  });
  return item !== undefined;
}

/** Last of all: until it is, somebody comes back for what is left. */
async function takeOffTheList(table: Table, connectionId: string): Promise<void> {
  await table.delete(livenessKey(connectionId), { condition: "attribute_exists(pk)" });
}

function loaded(connectionId: string, items: ConnectionItems): LoadedConnection | undefined {
  if (!items.connection) return undefined;
  return { connection: connectionRecord(connectionId, items.connection), ...sockets(connectionId, items) };
}

function sockets(connectionId: string, items: ConnectionItems): Pick<LoadedConnection, "sockets"> {
  const isProtected = items.connection?.isProtected;
  return { sockets: items.sockets.map((item) => ({ ...socketRecord(connectionId, item), isProtected })) };
}

/** A CONNECT that crashed before its undoing leaves a socket without a connection, still to be removed. */
function lostConnection(connectionId: string, orphan: SocketItem): ConnectionRecord {
  const { protocol, connectedAt, namespace } = orphan;
  return { connectionId, protocol, connectedAt, namespace: protocol === "json" ? namespace : undefined };
}
