import * as v from "valibot";
import app from "#app";
import { appServices } from "./aws/services";
import { surviveStrayErrors } from "./aws/stray-errors";
import { openEvent } from "./core/internal-events";
import { registryOf } from "./core/namespace";
import { open } from "./core/opening";

surviveStrayErrors();
const services = appServices(registryOf(app));

export async function handler(event: unknown): Promise<void> {
  await open(services, v.parse(openEvent, event));
}
