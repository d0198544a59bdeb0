import { KeepAlive } from "./aws/keep-alive";
import { operationServices } from "./aws/services";
import { push } from "./core/push/push";

const keepAlive = new KeepAlive();
const services = operationServices(keepAlive);

export async function handler(event: unknown) {
  return keepAlive.during(() => push(services, event));
}
