import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { DeliveryStore } from "../../core/delivery/ports";
import type { WindowStore } from "../../core/limits/ports";
import type { AttemptStore } from "../../core/messages/queued-message";
import type {
  AckStore,
  ConnectionStore,
  HeartbeatRuns,
  LivenessStore,
  MembershipStore,
  PartStore,
  SeenStore,
  SocketStore,
  TurnStore,
} from "../../core/ports";
import type { LogStore, ReplayStore, SessionStore, UndeliveredStore } from "../../core/recovery/ports";
import { ackStore } from "./ack-store";
import { attemptStore } from "./attempt-store";
import { connectionStore } from "./connection-store";
import { deliveryStore } from "./delivery-store";
import { livenessRuns } from "./liveness-runs";
import { livenessStore } from "./liveness-store";
import { logStore } from "./log-store";
import { membershipStore } from "./membership-store";
import { partStore } from "./part-store";
import { replayStore } from "./replay-store";
import { seenStore } from "./seen-store";
import { sessionStore } from "./session-store";
import { socketStore } from "./socket-store";
import { Table } from "./table";
import { turnStore } from "./turn-store";
import { undeliveredStore } from "./undelivered-store";
import { windowStore } from "./window-store";

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
  readonly deliveries: DeliveryStore;
  readonly parts: PartStore;
  readonly turns: TurnStore;
  readonly attempts: AttemptStore;
  readonly acks: AckStore;
  readonly seen: SeenStore;
  readonly liveness: LivenessStore;
  readonly runs: HeartbeatRuns;
  readonly windows: WindowStore;
  readonly events: LogStore;
  readonly undelivered: UndeliveredStore;
  readonly sessions: SessionStore;
  readonly replays: ReplayStore;
}

/** The stores of the core, on one table with the keys `pk` and `sk`. */
export function createStores({ client, tableName, now, maxRoomsPerSocket }: StoresProps): Stores {
  const table = new Table(client, tableName);
  return {
    connections: connectionStore(table, now),
    sockets: socketStore(table, now),
    memberships: membershipStore(table, now, maxRoomsPerSocket),
    deliveries: deliveryStore(table, now),
    parts: partStore(table, now),
    turns: turnStore(table, now),
    attempts: attemptStore(table),
    acks: ackStore(table, now),
    seen: seenStore(table, now),
    liveness: livenessStore(table, now),
    runs: livenessRuns(table, now),
    windows: windowStore(table, now),
    events: logStore(table, now),
    undelivered: undeliveredStore(table, now),
    sessions: sessionStore(table, now),
    replays: replayStore(table, now),
  };
}
