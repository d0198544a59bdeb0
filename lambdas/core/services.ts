import type {
  Clock,
  ConnectionStore,
  Gateway,
  Invoker,
  Log,
  MembershipStore,
  SecretSource,
  SocketStore,
} from "./ports";
import type { Registry } from "./registry";
import type { Settings } from "./settings";

/** What delivering needs. */
export interface DeliveryServices {
  readonly memberships: MembershipStore;
  readonly gateway: Gateway;
  readonly invoker: Pick<Invoker, "disconnect">;
  readonly log: Log;
}

/** What running the app needs: put together once by each Lambda's entry. */
export interface Services extends DeliveryServices {
  readonly registry: Registry;
  readonly connections: ConnectionStore;
  readonly sockets: SocketStore;
  readonly invoker: Invoker;
  readonly secrets: SecretSource;
  readonly settings: Settings;
  readonly clock: Clock;
  /** When the packet at hand must be answered, milliseconds since the epoch; see `withDeadline`. */
  readonly deadline?: number;
}
