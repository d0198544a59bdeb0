import app from "#app";
import { KeepAlive } from "./aws/keep-alive";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { registryOf } from "./core/api/namespace";
import { open } from "./core/connections/opening";
import { openEvent, parseEvent } from "./core/internal-events";

surviveStrayErrors();
const keepAlive = new KeepAlive();
const services = appServices(registryOf(app), keepAlive);

export async function handler(event: unknown): Promise<void> {
  await keepAlive.during(() => open(services, parseEvent(openEvent, event)));
}
