import { handOver } from "../connections/handing-over";
import type { DisconnectReason, Recipient } from "../records";
import type { PostServices } from "../services";

/**
 * These connections may not have what was posted to them: cut, their clients come back with the last offset
 * that they have, and get the rest from the log.
 */
export async function catchUp(
  services: Pick<PostServices, "invoker">,
  recipients: readonly Recipient[],
): Promise<void> {
  const leaving = new Map<string, DisconnectReason>();
  for (const { connectionId, catchesUp } of recipients) {
    if (catchesUp) leaving.set(connectionId, "transport close");
  }
  await handOver(services, leaving);
}
