import { closeConnection } from "../connections/disconnecting";
import { message } from "./message";
import type { Claim } from "./message-claim";
import { closeOverdue, isOverdue } from "./overdue";
import { comeAgain, type Handled, type Reason, remove } from "./queue-answers";
import type { Attempts, BatchServices, QueuedMessage } from "./queued-message";

/** `closed`: the connection is, or was already; what follows is dropped unseen. */
type Outcome = "done" | "closed" | Reason;

/** What API Gateway would give a message. */
const MESSAGE_MS = 29_000;
/** Times that a message is begun again after it had failed; then it is given up. */
const MOST_AGAIN = 2;

/** Handles the messages of one connection one after the other; what follows a failure comes again with it. */
export async function inOrder(
  services: BatchServices,
  { messages, latest }: Extract<Claim, { kind: "ours" }>,
): Promise<Handled> {
  for (const [index, queued] of messages.entries()) {
    const outcome = await handle(services, queued, latest);
    if (outcome === "done") continue;
    if (outcome === "closed") break;
    const over = outcome === "given up" ? index + 1 : index;
    const failed = messages.slice(over);
    await comeAgain(services, failed, outcome);
    return { done: messages.slice(0, over), failed };
  }
  return { done: messages, failed: [] };
}

async function handle(services: BatchServices, queued: QueuedMessage, latest?: Attempts): Promise<Outcome> {
  const { clock, endsAt, log } = services;
  const { connectionId, receiveCount, sequence } = queued;
  if (clock.now() + MESSAGE_MS > endsAt) return "later";
  try {
    const count = latest?.sequence === sequence ? latest.count : 0;
    if (count >= MOST_AGAIN) return await giveUp(services, queued);
    if (isOverdue(services, queued)) {
      await closeOverdue(services, queued);
      return "closed";
    }
    if (receiveCount > 1) await handleAgain(services, queued, count + 1);
    else await message(services, queued);
    return "done";
  } catch (error) {
    log.error("a message failed, and will be tried again", { connectionId, receiveCount, error });
    return "failed";
  }
}

/**
 * The queue also counts when it hands a message on behind others, beside others, or for a Lambda that is throttled.
 * Here counts that it was begun, and that is noted before: it may take this Lambda down.
 */
async function handleAgain(services: BatchServices, queued: QueuedMessage, count: number): Promise<void> {
  const { connectionId, sequence } = queued;
  await services.attempts.note(connectionId, { sequence, count });
  await message(services, queued);
  // At once: there is one note a connection, and should the next message take this Lambda down, it is that one's.
  await remove(services, [queued]);
}

/** A client must notice that a message of its was lost: it loses the connection, and whatever it sent after. */
async function giveUp(services: BatchServices, queued: QueuedMessage): Promise<Outcome> {
  const { queue, log, gateway } = services;
  const { connectionId, id } = queued;
  log.error("a message was given up, and its connection is cut", { connectionId, messageId: id });
  await queue.bury(queued).catch((error: unknown) => {
    log.error("a message that was given up could not be kept", { connectionId, messageId: id, error });
  });
  try {
    await closeConnection(services, queued, "forced close");
  } catch (error) {
    log.error("a connection could not be closed for good", { connectionId, error });
    await gateway.close(connectionId).catch(() => {});
  }
  return "given up";
}
