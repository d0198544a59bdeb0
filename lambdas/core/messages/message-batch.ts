import { settlesWithin } from "../listeners/listeners";
import { heardDuring } from "./hearing";
import { inOrder } from "./in-order";
import { type Claim, claim, isSuspect } from "./message-claim";
import { type Handled, handBack, remove } from "./queue-answers";
import type { BatchServices, OfOneConnection, QueuedMessage } from "./queued-message";

/** From then on a connection does not wait for the slower ones of its batch. */
const SLOW_MS = 100;

/**
 * Handles messages of several connections, those of each one after the other. Answers the ids of those that
 * must come again: what failed, what came after it on its connection, and what there is no time left for.
 */
export async function messageBatch(
  services: BatchServices,
  messages: readonly QueuedMessage[],
): Promise<readonly string[]> {
  const claims = await Promise.all(byConnection(messages).map((queued) => claim(services, queued)));
  const connections = handleAll(services, claims);
  if (!(await settlesWithin(Promise.all(connections), SLOW_MS))) await removeEarly(services, connections);
  const handled = await Promise.all(connections);
  return handled.flatMap(({ failed }) => failed.map(({ id }) => id));
}

function byConnection(messages: readonly QueuedMessage[]): readonly OfOneConnection[] {
  const connections = new Map<string, [QueuedMessage, ...QueuedMessage[]]>();
  for (const queued of messages) {
    const others = connections.get(queued.connectionId);
    if (others) others.push(queued);
    else connections.set(queued.connectionId, [queued]);
  }
  return [...connections.values()];
}

/** Side by side; but what may take this Lambda down takes nobody with it: the others come again at once. */
function handleAll(services: BatchServices, claims: readonly Claim[]): readonly Promise<Handled>[] {
  const suspect = claims.find(isSuspect);
  return claims.map((claimed) => {
    if (claimed.kind === "lost") return Promise.resolve({ done: [], failed: claimed.messages });
    if (suspect && claimed !== suspect) return handBack(services, claimed.messages);
    return heardDuring(services, claimed.messages[0], inOrder(services, claimed));
  });
}

/** All but the slowest connection's: Lambda removes those. */
async function removeEarly(services: BatchServices, connections: readonly Promise<Handled>[]): Promise<void> {
  let running = connections.length;
  const removals = connections.map(async (connection) => {
    const { done } = await connection;
    running -= 1;
    if (running > 0 && done.length > 0) await remove(services, done);
  });
  await Promise.all(removals);
}
