import * as v from "valibot";
import app from "#app";
import { disconnectEventOf, isWebSocketEvent } from "./aws/api-gateway-events";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { disconnect } from "./core/closing";
import { disconnectEvent } from "./core/internal-events";
import { registryOf } from "./core/namespace";

surviveStrayErrors();
const services = appServices(registryOf(app));

/** Invoked by `$disconnect`, and by our other Lambdas. */
export async function handler(event: unknown) {
  await disconnect(
    services,
    isWebSocketEvent(event) ? disconnectEventOf(event) : v.parse(disconnectEvent, event),
  );
  return { statusCode: 200 };
}
