import { setTimeout as delay } from "node:timers/promises";
import type { Registry } from "../core/api/registry";
import type { BatchServices } from "../core/messages/queued-message";
import type { Clock, Invoker } from "../core/ports";
import type {
  DeliveryServices,
  HeartbeatServices,
  OperationServices,
  PostServices,
  Services,
} from "../core/services";
import { createDocumentClient } from "./dynamodb/client";
import { createStores, type Stores } from "./dynamodb/stores";
import { ENV } from "./env";
import { createGateway } from "./gateway";
import { createInvoker } from "./invoker";
import type { KeepAlive } from "./keep-alive";
import { limitsIn } from "./limits";
import { consoleLog } from "./log";
import { createMessageQueue } from "./message-queue";
import { recoveryIn } from "./recovery";
import { createSecretSource } from "./secrets";
import { numberIn, readFanOutSettings, readSettings, textIn } from "./settings";

const now = () => Date.now();
const clock: Clock = { now, pause: (ms) => delay(ms) };

type AppServices = Services & Pick<Stores, "attempts">;

/** What a Lambda that runs the app is made of, from its environment. */
export function appServices(registry: Registry, keepAlive: KeepAlive, env = process.env): AppServices {
  const stores = storesIn(env, keepAlive);
  const invoker = invokerIn(env, keepAlive);
  return {
    ...stores,
    ...recoveryIn(env, stores, invoker),
    registry,
    gateway: gatewayIn(env, keepAlive),
    invoker,
    secrets: createSecretSource(env[ENV.jwtSecretArn], keepAlive, now),
    limits: limitsIn(stores.windows),
    settings: readSettings(env),
    fanOut: readFanOutSettings(env),
    log: consoleLog,
    clock,
  };
}

/** What `message` is made of where its messages come in batches; `endsAt` in milliseconds since the epoch. */
export function batchServices(services: AppServices, keepAlive: KeepAlive, env = process.env) {
  const queue = createMessageQueue({
    queueUrl: env[ENV.messageQueueUrl],
    deadLetterQueueUrl: env[ENV.deadLetterQueueUrl],
    keepAlive,
    now,
  });
  return (endsAt: number): BatchServices => ({
    ...services,
    queue,
    visibilitySeconds: numberIn(env, ENV.messageVisibilitySeconds),
    endsAt,
  });
}

/** What `push` is made of: it also changes sockets. */
export function operationServices(keepAlive: KeepAlive, env = process.env): OperationServices {
  const stores = storesIn(env, keepAlive);
  const { connections, sockets } = stores;
  return { ...deliveryServicesOf(stores, env, keepAlive), connections, sockets };
}

/** What `deliver` is made of. */
export function deliveryServices(keepAlive: KeepAlive, env = process.env): DeliveryServices {
  return deliveryServicesOf(storesIn(env, keepAlive), env, keepAlive);
}

/** What the heartbeat is made of: it delivers pings, and reads who is there. */
export function heartbeatServices(keepAlive: KeepAlive, env = process.env): HeartbeatServices {
  const stores = storesIn(env, keepAlive);
  const { connections, sockets, liveness, runs } = stores;
  return {
    ...postServicesOf(stores, env, keepAlive),
    connections,
    sockets,
    liveness,
    runs,
    settings: readSettings(env),
  };
}

function deliveryServicesOf(stores: Stores, env: NodeJS.ProcessEnv, keepAlive: KeepAlive): DeliveryServices {
  const { memberships, deliveries } = stores;
  const fanOut = readFanOutSettings(env);
  return { ...postServicesOf(stores, env, keepAlive), memberships, deliveries, fanOut };
}

/** With the whole of the invoker, for who needs more of it than posting does. */
function postServicesOf(
  stores: Stores,
  env: NodeJS.ProcessEnv,
  keepAlive: KeepAlive,
): PostServices & { readonly invoker: Invoker } {
  const { turns } = stores;
  const invoker = invokerIn(env, keepAlive);
  const gateway = gatewayIn(env, keepAlive);
  return { turns, gateway, invoker, clock, log: consoleLog, ...recoveryIn(env, stores, invoker) };
}

/** Each Lambda has the names of those that it invokes. */
function invokerIn(env: NodeJS.ProcessEnv, keepAlive: KeepAlive) {
  const names = {
    open: env[ENV.openFunction],
    disconnect: env[ENV.disconnectFunction],
    deliver: env[ENV.deliverFunction],
  };
  return createInvoker(names, keepAlive);
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
  return createGateway({ callbackUrl: env[ENV.callbackUrl], keepAlive, clock, log: consoleLog });
}
