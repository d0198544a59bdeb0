import { closeForcibly } from "../limits/excess";
import type { Services } from "../services";
import type { MessageRequest } from "./message";

/**
 * SQS looks for messages that it can hand on among the first 120,000 of a FIFO queue: who has more waiting than that
 * holds up everyone. At twice the default of `messagesPerSecond`, which closes a connection anyway, five minutes are
 * 60,000. They are more than what two batch-mates' deaths cost (90 s each), and what its own three do.
 */
const MOST_MS = 300_000;

/** A client's rate is judged when a message is handled: that alone would not bound what waits until then. */
export function isOverdue({ clock }: Pick<Services, "clock">, { arrivedAt }: MessageRequest): boolean {
  return clock.now() > arrivedAt + MOST_MS;
}

/** As a flood's. */
export async function closeOverdue(services: Services, { connectionId }: MessageRequest): Promise<void> {
  const loaded = await services.connections.load(connectionId);
  if (!loaded || loaded.connection.closedFor) return;
  const { log, limits } = services;
  log.warn("closed a connection: what its client sent waited for too long", { connectionId });
  limits.refusals.add("maxQueueSeconds", { connectionId });
  await closeForcibly(services, loaded.connection);
}
