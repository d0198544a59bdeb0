import type { Context } from "aws-lambda";
import * as v from "valibot";
import { ENV } from "./aws/env";
import { KeepAlive } from "./aws/keep-alive";
import { deliveryServices } from "./aws/services";
import { work } from "./core/delivery/fan-out/worker";
import { deliverEvent, parseEvent } from "./core/internal-events";
import type { DeliveryServices } from "./core/services";

/** What the invoker adds to the event. */
const invokedWith = v.object({ disconnectFunction: v.string() });

const keepAlive = new KeepAlive();
let services: DeliveryServices | undefined;

/** Invoked by our other Lambdas, and by itself. */
export async function handler(event: unknown, context: Context): Promise<void> {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  services ??= servicesFor(parseEvent(invokedWith, event).disconnectFunction);
  const ready = services;
  await keepAlive.during(() => work(ready, parseEvent(deliverEvent, event), deadline));
}

/** Of functions that invoke each other the template can give only one the other's name. */
function servicesFor(disconnectFunction: string): DeliveryServices {
  return deliveryServices(keepAlive, {
    ...process.env,
    [ENV.disconnectFunction]: disconnectFunction,
    [ENV.deliverFunction]: process.env.AWS_LAMBDA_FUNCTION_NAME,
  });
}
