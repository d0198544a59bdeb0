import type { HeartbeatSettings } from "./duties";
import type {
  AckStore,
  Clock,
  ConnectionStore,
  Gateway,
  HeartbeatRuns,
  Invoker,
  LivenessStore,
  Log,
  MembershipStore,
  PartStore,
  SecretSource,
  SeenStore,
  SocketStore,
  TurnStore,
} from "./ports";
import type { Registry } from "./registry";
import type { Settings } from "./settings";

/** What delivering needs. */
export interface DeliveryServices {
  readonly memberships: MembershipStore;
  readonly gateway: Gateway;
  readonly invoker: Pick<Invoker, "disconnect">;
  readonly turns: TurnStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What changing other connections' sockets needs. */
export interface OperationServices extends DeliveryServices {
  readonly connections: Pick<ConnectionStore, "load" | "close">;
  readonly sockets: Pick<SocketStore, "close">;
}

/** What the heartbeat needs; it does not know the app. */
export interface HeartbeatServices extends DeliveryServices {
  readonly connections: Pick<ConnectionStore, "load">;
  readonly sockets: Pick<SocketStore, "close">;
  readonly liveness: LivenessStore;
  readonly runs: HeartbeatRuns;
  readonly settings: HeartbeatSettings;
}

/** What running the app needs: put together once by each Lambda's entry. */
export interface Services extends DeliveryServices {
  readonly registry: Registry;
  readonly connections: ConnectionStore;
  readonly sockets: SocketStore;
  readonly liveness: LivenessStore;
  readonly parts: PartStore;
  readonly acks: AckStore;
  readonly invoker: Invoker;
  readonly seen: SeenStore;
  readonly secrets: SecretSource;
  readonly settings: Settings;
  /** When the packet at hand must be answered, milliseconds since the epoch; see `withDeadline`. */
  readonly deadline?: number;
}
