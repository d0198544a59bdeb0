import { Duration } from "aws-cdk-lib";
import { ENV } from "../lambdas/aws/env";
import type { ConnectionTable } from "./connection-table";
import { limitVariables } from "./limits";
import type { Settings } from "./settings";
import type { WebSocketEndpoint } from "./web-socket-endpoint";

/** Environment variables of a function: settings, names and addresses, never a secret. */
export type Variables = Readonly<Record<string, string>>;

/** For functions that read rooms and post to connections. */
export function deliveryVariables(from: {
  readonly table: ConnectionTable;
  readonly endpoint: WebSocketEndpoint;
  readonly settings: Settings;
}): Variables {
  return {
    [ENV.tableName]: from.table.tableName,
    [ENV.callbackUrl]: from.endpoint.callbackUrl,
    ...recoveryVariables(from.settings),
  };
}

/**
 * A client may have been away for a ping, its timeout and the minutes of the schedule before that is known:
 * so much longer than the window events are kept.
 */
function recoveryVariables(settings: Settings): Variables {
  const { recoveryWindow, recoveryOverlap, pingInterval, pingTimeout } = settings;
  if (recoveryWindow === false || recoveryWindow.toMilliseconds() === 0) return {};
  const noticedWithin = pingInterval.toMilliseconds() + pingTimeout.toMilliseconds() + SCHEDULE_MS;
  const kept = Duration.millis(recoveryWindow.toMilliseconds() + noticedWithin);
  return {
    [ENV.recoveryWindowSeconds]: fractionalSeconds(recoveryWindow),
    [ENV.recoveryLogSeconds]: fractionalSeconds(kept),
    [ENV.recoveryOverlapSeconds]: fractionalSeconds(recoveryOverlap),
  };
}

/** EventBridge fires anywhere within a minute, so that a ping and a cut are each less than two late. */
const SCHEDULE_MS = 240_000;

/** For functions that emit to rooms, which workers deliver when they are large. */
export function fanOutVariables({ deliveryRate }: Settings): Variables {
  return { [ENV.deliveryRate]: String(deliveryRate) };
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
    ...limitVariables(settings.limits),
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
    ...limitVariables(settings.limits),
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
