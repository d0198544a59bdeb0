import { deliveryServices } from "./aws/services";
import { push } from "./core/push";

const services = deliveryServices();

export async function handler(event: unknown) {
  return push(services, event);
}
