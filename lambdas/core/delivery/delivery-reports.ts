import { handOver } from "../connections/handing-over";
import type { PostOutcome } from "../ports";
import type { Recipient } from "../records";
import type { PostServices } from "../services";

/**
 * `disconnect` alone runs disconnect listeners and removes the traces. When it cannot be invoked the next
 * post finds the connection again: what was delivered stays delivered, and is not to be repeated for that.
 */
export async function reportGone(services: PostServices, recipients: readonly Recipient[]): Promise<void> {
  if (recipients.length === 0) return;
  const leaving = new Map(recipients.map(({ connectionId }) => [connectionId, "transport close" as const]));
  await handOver(services, leaving).catch((error: unknown) => {
    services.log.error("disconnect could not be invoked", { connections: leaving.size, error });
  });
}

/**
 * Connections that do not have what was posted to them, or of which nobody can know. It is never posted again:
 * where sockets recover, they are cut and catch up; elsewhere they are counted, and that is all.
 */
export async function reportBehind(services: PostServices, recipients: readonly Recipient[]): Promise<void> {
  if (recipients.length === 0 || !services.catchUp) return;
  await services.catchUp(recipients).catch((error: unknown) => {
    services.log.error("connections could not be made to catch up", {
      connections: recipients.length,
      error,
    });
  });
}

export function logUnsent(
  { log }: PostServices,
  packets: Partial<Record<PostOutcome, number>>,
  connectionId?: string,
): void {
  if (Object.keys(packets).length > 0) log.warn("posts were not sent", { connectionId, packets });
}
