import type { SocketRecord } from "../../core/records";
import { type ConnectionItem, isLive, type SocketItem } from "./items";
import {
  connectionPartition,
  FIRST_OF_CONNECTION,
  FIRST_OF_PARTS,
  isPart,
  type Key,
  LAST_OF_CONNECTION,
} from "./keys";
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
  return connectionItems(await readFrom(table, connectionId, FIRST_OF_CONNECTION), now);
}

/** The same with the keys of the parts of binary packets, for who closes. */
export async function readConnectionAndParts(
  table: Table,
  connectionId: string,
  now: number,
): Promise<ConnectionItems & { readonly parts: readonly Key[] }> {
  const items = await readFrom(table, connectionId, FIRST_OF_PARTS);
  const parts = items.filter(isPart).map(({ pk, sk }) => ({ pk, sk }));
  return {
    ...connectionItems(
      items.filter((item) => !isPart(item)),
      now,
    ),
    parts,
  };
}

async function readFrom(
  table: Table,
  connectionId: string,
  first: string,
): Promise<readonly (ConnectionItem | SocketItem)[]> {
  const items: Item[] = [];
  const partition = connectionPartition(connectionId);
  for await (const page of table.query({ partition, between: [first, LAST_OF_CONNECTION] })) {
    items.push(...page);
  }
  // Only this service writes the table, and the sort key says which of its items one is.
  return items as (ConnectionItem | SocketItem)[];
}

function connectionItems(items: readonly (ConnectionItem | SocketItem)[], now: number): ConnectionItems {
  const live = items.filter((item) => isLive(item, now));
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
  return sockets.find((candidate) => candidate.sid === socket.sid && !candidate.closedFor);
}

function isConnection(item: ConnectionItem | SocketItem): item is ConnectionItem {
  return item.sk === FIRST_OF_CONNECTION;
}

function isSocket(item: ConnectionItem | SocketItem): item is SocketItem {
  return !isConnection(item);
}
