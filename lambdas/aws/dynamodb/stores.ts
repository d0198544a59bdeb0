import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { ConnectionStore, MembershipStore, SocketStore } from "../../core/ports";
import { connectionStore } from "./connection-store";
import { membershipStore } from "./membership-store";
import { socketStore } from "./socket-store";
import { Table } from "./table";

export interface StoresProps {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Base rooms not counted. */
  readonly maxRoomsPerSocket: number;
}

export interface Stores {
  readonly connections: ConnectionStore;
  readonly sockets: SocketStore;
  readonly memberships: MembershipStore;
}

/** The three stores of the core, on one table with the keys `pk` and `sk`. */
export function createStores({ client, tableName, now, maxRoomsPerSocket }: StoresProps): Stores {
  const table = new Table(client, tableName);
  return {
    connections: connectionStore(table, now),
    sockets: socketStore(table, now),
    memberships: membershipStore(table, now, maxRoomsPerSocket),
  };
}
