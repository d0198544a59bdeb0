import type { BatchServices, QueuedMessage } from "./queued-message";

/** Of one connection's messages: those for the queue to forget, and those that come again. */
export interface Handled {
  readonly done: readonly QueuedMessage[];
  readonly failed: readonly QueuedMessage[];
}

/**
 * Why messages come again.
 *
 * - `failed`: the first of them did.
 * - `later`: none was begun, for lack of time or for who else is in the batch.
 * - `given up`: the one before them was, and its connection is cut: they will be dropped.
 */
export type Reason = "failed" | "later" | "given up";

const MOST_SECONDS = 16;

/** After a failure soon, then ever later: a second, two, four, … */
const SECONDS: Readonly<Record<Reason, (first: QueuedMessage) => number>> = {
  failed: ({ receiveCount }) => Math.min(MOST_SECONDS, 2 ** (receiveCount - 1)),
  later: () => 0,
  "given up": () => 1,
};

export async function handBack(
  services: BatchServices,
  messages: readonly QueuedMessage[],
): Promise<Handled> {
  await comeAgain(services, messages, "later");
  return { done: [], failed: messages };
}

export async function comeAgain(
  { queue, log }: BatchServices,
  messages: readonly QueuedMessage[],
  reason: Reason,
): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  try {
    await queue.comeAgain(messages, SECONDS[reason](first));
  } catch (error) {
    const { connectionId } = first;
    log.error("a connection waits for the queue's visibility timeout", { connectionId, error });
  }
}

export async function remove(
  { queue, log }: BatchServices,
  messages: readonly QueuedMessage[],
): Promise<void> {
  try {
    await queue.remove(messages);
  } catch (error) {
    // Lambda removes them after the batch.
    log.warn("handled messages could not be removed at once", { error });
  }
}
