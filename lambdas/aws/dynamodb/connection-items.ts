import type { SocketRecord } from "../../core/records";
import { type ConnectionItem, isLive, type SocketItem } from "./items";
import { connectionPartition, FIRST_OF_CONNECTION, LAST_OF_CONNECTION } from "./keys";
import type { Item, Table } from "./table";

export interface ConnectionItems {
  readonly connection?: ConnectionItem;
  readonly sockets: readonly SocketItem[];
}

/** A connection and its sockets in one bounded, strongly consistent Query; what has expired is left out. */
export async function readConnection(
  table: Table,
  connectionId: string,
  now: number,
): Promise<ConnectionItems> {
  const items: Item[] = [];
  const partition = connectionPartition(connectionId);
  for await (const page of table.query({ partition, between: [FIRST_OF_CONNECTION, LAST_OF_CONNECTION] })) {
    items.push(...page);
  }
  // Only this service writes the table, and the sort key says which of its items one is.
  const live = (items as (ConnectionItem | SocketItem)[]).filter((item) => isLive(item, now));
  return { connection: live.find(isConnection), sockets: live.filter(isSocket) };
}

/**
 * What follows every creation: who closes marks first and deletes last, so whoever has written something
 * and then still reads no mark has left nothing behind that a closer will not see.
 */
export async function readOpenSocket(
  table: Table,
  socket: SocketRecord,
  now: number,
): Promise<SocketItem | undefined> {
  const { connection, sockets } = await readConnection(table, socket.connectionId, now);
  if (!connection || connection.closedFor) return undefined;
  return sockets.find((item) => item.sid === socket.sid && !item.closedFor);
}

function isConnection(item: ConnectionItem | SocketItem): item is ConnectionItem {
  return item.sk === FIRST_OF_CONNECTION;
}

function isSocket(item: ConnectionItem | SocketItem): item is SocketItem {
  return !isConnection(item);
}
