import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../core/ports";
import type { Registry } from "../core/registry";
import type { DeliveryServices, HeartbeatServices, OperationServices, Services } from "../core/services";
import { createDocumentClient } from "./dynamodb/client";
import { createStores, type Stores } from "./dynamodb/stores";
import { ENV } from "./env";
import { createGateway } from "./gateway";
import { createInvoker } from "./invoker";
import type { KeepAlive } from "./keep-alive";
import { consoleLog } from "./log";
import { createSecretSource } from "./secrets";
import { numberIn, readSettings, textIn } from "./settings";

const now = () => Date.now();
const clock: Clock = { now, pause: (ms) => delay(ms) };

/** What a Lambda that runs the app is made of, from its environment. */
export function appServices(registry: Registry, keepAlive: KeepAlive, env = process.env): Services {
  return {
    ...storesIn(env, keepAlive),
    registry,
    gateway: gatewayIn(env, keepAlive),
    invoker: createInvoker(
      { open: env[ENV.openFunction], disconnect: env[ENV.disconnectFunction] },
      keepAlive,
    ),
    secrets: createSecretSource(env[ENV.jwtSecretArn], keepAlive, now),
    settings: readSettings(env),
    log: consoleLog,
    clock,
  };
}

/** What `push` is made of: it also changes sockets. */
export function operationServices(keepAlive: KeepAlive, env = process.env): OperationServices {
  const stores = storesIn(env, keepAlive);
  const { connections, sockets } = stores;
  return { ...deliveryServices(stores, env, keepAlive), connections, sockets };
}

/** What the heartbeat is made of: it delivers pings, and reads who is there. */
export function heartbeatServices(keepAlive: KeepAlive, env = process.env): HeartbeatServices {
  const stores = storesIn(env, keepAlive);
  const { connections, sockets, liveness, runs } = stores;
  return {
    ...deliveryServices(stores, env, keepAlive),
    connections,
    sockets,
    liveness,
    runs,
    settings: readSettings(env),
  };
}

function deliveryServices(stores: Stores, env: NodeJS.ProcessEnv, keepAlive: KeepAlive): DeliveryServices {
  const { memberships, turns } = stores;
  const invoker = createInvoker({ disconnect: env[ENV.disconnectFunction] }, keepAlive);
  return { memberships, turns, gateway: gatewayIn(env, keepAlive), invoker, clock, log: consoleLog };
}

function storesIn(env: NodeJS.ProcessEnv, keepAlive: KeepAlive): Stores {
  return createStores({
    client: createDocumentClient(keepAlive),
    tableName: textIn(env, ENV.tableName),
    now,
    maxRoomsPerSocket: env[ENV.maxRoomsPerSocket] === undefined ? 0 : numberIn(env, ENV.maxRoomsPerSocket),
  });
}

function gatewayIn(env: NodeJS.ProcessEnv, keepAlive: KeepAlive) {
  // `connect` posts to nobody and is not told where to.
  return createGateway({ callbackUrl: env[ENV.callbackUrl], keepAlive, now, log: consoleLog });
}
