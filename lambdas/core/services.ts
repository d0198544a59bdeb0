import type { Registry } from "./api/registry";
import type { DeliveryStore } from "./delivery/ports";
import type { HeartbeatSettings } from "./heartbeat/duties";
import type { Limits } from "./limits/limits";
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
import type { Recipient } from "./records";
import type { Recovery } from "./recovery/ports";
import type { FanOutSettings, Settings } from "./settings";

/** What posting to connections needs. */
export interface PostServices {
  readonly gateway: Gateway;
  readonly invoker: Pick<Invoker, "disconnect">;
  readonly turns: TurnStore;
  /** Absent where it is off. */
  readonly recovery?: Recovery;
  readonly clock: Clock;
  readonly log: Log;
  /** Has connections catch up on what they may have missed; absent where sockets do not recover. */
  readonly catchUp?: (recipients: readonly Recipient[]) => Promise<void>;
}

/** What delivering to rooms needs. */
export interface DeliveryServices extends PostServices {
  readonly memberships: MembershipStore;
  readonly deliveries: DeliveryStore;
  readonly invoker: Pick<Invoker, "disconnect" | "deliver">;
  readonly fanOut: FanOutSettings;
}

/** What changing other connections' sockets needs. */
export interface OperationServices extends DeliveryServices {
  readonly connections: Pick<ConnectionStore, "load" | "close">;
  readonly sockets: Pick<SocketStore, "close">;
}

/** What the heartbeat needs; it does not know the app. */
export interface HeartbeatServices extends PostServices {
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
  readonly limits: Limits;
  readonly settings: Settings;
  /** When the packet at hand must be answered, milliseconds since the epoch; see `withDeadline`. */
  readonly deadline?: number;
  /** When Lambda or API Gateway ends it, whatever it waits for: nothing is begun any more. As above. */
  readonly packetEndsAt?: number;
  /** The connection whose further messages, acks among them, wait until the packet at hand is done. */
  readonly waitingConnectionId?: string;
}
