import type { ConnectionStore } from "../../core/ports";
import type { ConnectionRecord, LoadedConnection } from "../../core/records";
import { type ConnectionItems, readConnection } from "./connection-items";
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
import type { Table } from "./table";

export function connectionStore(table: Table, now: () => number): ConnectionStore {
  return {
    open: (connection, handshake) =>
      table.writeAll([{ put: connectionItem(connection) }, { put: handshakeItem(connection, handshake) }]),

    async load(connectionId) {
      return loaded(connectionId, await readConnection(table, connectionId, now()));
    },

    async handshake(connectionId) {
      // Only `open` writes under this key.
      const item = (await table.get(handshakeKey(connectionId))) as HandshakeItem | undefined;
      return item && isLive(item, now()) ? JSON.parse(item.handshake) : undefined;
    },

    async close(connectionId, reason) {
      await table.update(connectionKey(connectionId), {
        update: "SET closedFor = if_not_exists(closedFor, :reason)",
        condition: "attribute_exists(pk)",
        values: { ":reason": reason },
      });
      const items = await readConnection(table, connectionId, now());
      const [orphan] = items.sockets;
      if (items.connection || !orphan) return loaded(connectionId, items);
      return {
        connection: { ...lostConnection(connectionId, orphan), closedFor: reason },
        ...sockets(connectionId, items),
      };
    },

    async leave(connectionId, namespace) {
      await table.update(connectionKey(connectionId), {
        update: "ADD leftNamespaces :namespace",
        condition: "attribute_exists(pk)",
        values: { ":namespace": new Set([namespace]) },
      });
    },

    remove: (connectionId) =>
      table.writeAll([{ delete: handshakeKey(connectionId) }, { delete: connectionKey(connectionId) }]),
  };
}

function loaded(connectionId: string, items: ConnectionItems): LoadedConnection | undefined {
  if (!items.connection) return undefined;
  return { connection: connectionRecord(connectionId, items.connection), ...sockets(connectionId, items) };
}

function sockets(connectionId: string, items: ConnectionItems): Pick<LoadedConnection, "sockets"> {
  return { sockets: items.sockets.map((item) => socketRecord(connectionId, item)) };
}

/** A CONNECT that crashed before its undoing leaves a socket without a connection, still to be removed. */
function lostConnection(connectionId: string, orphan: SocketItem): ConnectionRecord {
  const { protocol, connectedAt, namespace } = orphan;
  return { connectionId, protocol, connectedAt, namespace: protocol === "json" ? namespace : undefined };
}
