import type { Duration } from "aws-cdk-lib";
import { ENV } from "../lambdas/aws/env";
import type { ConnectionTable } from "./connection-table";
import type { Settings } from "./settings";
import type { WebSocketEndpoint } from "./web-socket-endpoint";

/** Environment variables of a function: settings, names and addresses, never a secret. */
export type Variables = Readonly<Record<string, string>>;

/** For functions that read rooms and post to connections. */
export function deliveryVariables(from: { table: ConnectionTable; endpoint: WebSocketEndpoint }): Variables {
  return { [ENV.tableName]: from.table.tableName, [ENV.callbackUrl]: from.endpoint.callbackUrl };
}

/** For functions that have sockets join rooms. */
export function roomVariables({ maxRoomsPerSocket }: Settings): Variables {
  return { [ENV.maxRoomsPerSocket]: String(maxRoomsPerSocket) };
}

/** For functions that run the app's middleware or listeners. */
export function listenerVariables(settings: Settings): Variables {
  return {
    [ENV.listenerTimeoutSeconds]: String(settings.listenerTimeout.toSeconds()),
    ...roomVariables(settings),
  };
}

/** For functions that speak the two protocols with open connections; they run listeners as well. */
export function protocolVariables(settings: Settings): Variables {
  return {
    ...listenerVariables(settings),
    ...pingVariables(settings),
    [ENV.maxPayloadBytes]: String(settings.maxPayloadBytes),
  };
}

/** For the function that pings. */
export function heartbeatVariables(settings: Settings): Variables {
  return {
    ...pingVariables(settings),
    [ENV.connectTimeoutSeconds]: fractionalSeconds(settings.connectTimeout),
  };
}

/** For the function that decides on an upgrade; it runs middleware, but has no rooms to join. */
export function upgradeVariables(settings: Settings): Variables {
  return {
    [ENV.allowedOrigins]: JSON.stringify(settings.allowedOrigins),
    [ENV.handshakeHeaders]: JSON.stringify(settings.handshakeHeaders),
    [ENV.listenerTimeoutSeconds]: String(settings.listenerTimeout.toSeconds()),
  };
}

function pingVariables({ pingInterval, pingTimeout }: Settings): Variables {
  return {
    [ENV.pingIntervalSeconds]: fractionalSeconds(pingInterval),
    [ENV.pingTimeoutSeconds]: fractionalSeconds(pingTimeout),
  };
}

function fractionalSeconds(duration: Duration): string {
  return String(duration.toMilliseconds() / 1_000);
}
