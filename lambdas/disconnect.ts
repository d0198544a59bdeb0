import * as v from "valibot";
import app from "#app";
import { disconnectEventOf, isWebSocketEvent } from "./aws/api-gateway-events";
import { KeepAlive } from "./aws/keep-alive";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { disconnect } from "./core/closing";
import { disconnectEvent } from "./core/internal-events";
import { registryOf } from "./core/namespace";

surviveStrayErrors();
const keepAlive = new KeepAlive();
const services = appServices(registryOf(app), keepAlive);

/** Invoked by `$disconnect`, and by our other Lambdas. */
export async function handler(event: unknown) {
  const request = isWebSocketEvent(event) ? disconnectEventOf(event) : v.parse(disconnectEvent, event);
  await keepAlive.during(() => disconnect(services, request));
  return { statusCode: 200 };
}
