import app from "#app";
import { disconnectEventOf, isWebSocketEvent } from "./aws/api-gateway-events";
import { ENV } from "./aws/env";
import { KeepAlive } from "./aws/keep-alive";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { registryOf } from "./core/api/namespace";
import { disconnect, disconnectOrQueue } from "./core/connections/closing";
import { disconnectEvent, parseEvent } from "./core/internal-events";

surviveStrayErrors();
const keepAlive = new KeepAlive();
// The template cannot give a function its own name; Lambda does.
const env = { ...process.env, [ENV.disconnectFunction]: process.env.AWS_LAMBDA_FUNCTION_NAME };
const services = appServices(registryOf(app), keepAlive, env);

/** Invoked by `$disconnect`, and by our other Lambdas. */
export async function handler(event: unknown) {
  await keepAlive.during(() =>
    isWebSocketEvent(event)
      ? disconnectOrQueue(services, disconnectEventOf(event))
      : disconnect(services, parseEvent(disconnectEvent, event)),
  );
  return { statusCode: 200 };
}
