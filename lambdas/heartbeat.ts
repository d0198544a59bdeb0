import { KeepAlive } from "./aws/keep-alive";
import { heartbeatServices } from "./aws/services";
import { heartbeat } from "./core/heartbeat/heartbeat";

const keepAlive = new KeepAlive();
const services = heartbeatServices(keepAlive);

/** Invoked by EventBridge, each minute. */
export async function handler(): Promise<void> {
  await keepAlive.during(() => heartbeat(services));
}
