import type { Recipient } from "../records";
import type { PostServices } from "../services";
import { logUnsent, reportGone } from "./delivery-reports";
import { postAll } from "./posting";

/** Posts to one connection what the service itself has to say. */
export async function tell(
  services: PostServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<void> {
  const outcome = await postAll(services, recipient, frames);
  if (outcome === "gone") await reportGone(services, [recipient]);
  else if (outcome !== "sent") logUnsent(services, { [outcome]: 1 }, recipient.connectionId);
}

/** Posts what a client cannot do without: if it does not arrive, the connection is closed, and made anew. */
export async function greet(
  services: PostServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<void> {
  const outcome = await postAll(services, recipient, frames);
  if (outcome !== "sent") await reportGone(services, [recipient]);
}
