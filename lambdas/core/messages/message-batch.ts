import { closeConnection } from "../connections/disconnecting";
import { settlesWithin } from "../listeners/listeners";
import type { Services } from "../services";
import { heardDuring } from "./hearing";
import { type MessageRequest, message } from "./message";

/** A message from the queue that keeps those of each connection in order. */
export interface QueuedMessage extends MessageRequest {
  readonly id: string;
  readonly sequence: string;
  /** What the queue knows this delivery by. */
  readonly receipt: string;
  /** How often it was received, this time included. */
  readonly attempt: number;
}

export interface MessageQueue {
  /** They are done: what follows on their connections can come. */
  remove(messages: readonly QueuedMessage[]): Promise<void>;
  /** They come again after so long, and not only after the queue's own visibility timeout. */
  retryAfter(messages: readonly QueuedMessage[], seconds: number): Promise<void>;
}

export interface BatchServices extends Services {
  readonly queue: MessageQueue;
  /** The last time that the queue hands on a message; what fails then is for the dead-letter queue. */
  readonly lastAttempt: number;
  /** When Lambda ends the invocation, milliseconds since the epoch. */
  readonly endsAt: number;
}

interface Handled {
  readonly done: readonly QueuedMessage[];
  readonly failed: readonly QueuedMessage[];
}

/** From then on a connection does not wait for the slower ones of its batch. */
const SLOW_MS = 100;
/** What API Gateway would give a message. */
const MESSAGE_MS = 29_000;

/**
 * Handles messages of several connections, those of each one after the other. Answers the ids of those that
 * must come again: what failed, and what came after it on its connection.
 */
export async function messageBatch(
  services: BatchServices,
  messages: readonly QueuedMessage[],
): Promise<readonly string[]> {
  const connections = [...byConnection(messages).values()].map((queued) => handleAll(services, queued));
  if (!(await settlesWithin(Promise.all(connections), SLOW_MS))) await removeEarly(services, connections);
  const handled = await Promise.all(connections);
  return handled.flatMap(({ failed }) => failed.map(({ id }) => id));
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

type OfOneConnection = [QueuedMessage, ...QueuedMessage[]];

function byConnection(messages: readonly QueuedMessage[]): ReadonlyMap<string, OfOneConnection> {
  const connections = new Map<string, OfOneConnection>();
  for (const queued of messages) {
    const others = connections.get(queued.connectionId);
    if (others) others.push(queued);
    else connections.set(queued.connectionId, [queued]);
  }
  return connections;
}

function handleAll(services: BatchServices, messages: OfOneConnection) {
  return heardDuring(services, messages[0], inOrder(services, messages));
}

async function inOrder(services: BatchServices, messages: readonly QueuedMessage[]): Promise<Handled> {
  for (const [index, queued] of messages.entries()) {
    if (await isHandled(services, queued)) continue;
    const failed = messages.slice(index);
    await comeAgain(services, queued, failed);
    return { done: messages.slice(0, index), failed };
  }
  return { done: messages, failed: [] };
}

async function isHandled(services: BatchServices, queued: QueuedMessage): Promise<boolean> {
  const { connectionId, attempt } = queued;
  const { clock, endsAt, lastAttempt, log } = services;
  if (attempt >= lastAttempt) return giveUp(services, queued);
  if (clock.now() + MESSAGE_MS > endsAt) return false;
  try {
    await message(services, queued);
    return true;
  } catch (error) {
    log.error("a message failed, and will be tried again", { connectionId, attempt, error });
    return false;
  }
}

/**
 * A client must notice that a message of its was lost: it loses the connection, and whatever it sent after.
 * Not tried once more, since what ended the Lambda before could do so now.
 */
async function giveUp(services: BatchServices, { connectionId, id, attempt }: QueuedMessage): Promise<false> {
  const { log, gateway } = services;
  log.error("a message was given up, and its connection is cut", { connectionId, attempt, messageId: id });
  try {
    await closeConnection(services, { connectionId }, "forced close");
  } catch (error) {
    log.error("a connection could not be closed for good", { connectionId, error });
    await gateway.close(connectionId).catch(() => {});
  }
  return false;
}

/** Soon, then ever later: a second, two, four. */
async function comeAgain(
  { queue, log }: BatchServices,
  { connectionId, attempt }: QueuedMessage,
  messages: readonly QueuedMessage[],
): Promise<void> {
  try {
    await queue.retryAfter(messages, 2 ** (attempt - 1));
  } catch (error) {
    log.error("a connection waits for the queue's visibility timeout", { connectionId, error });
  }
}

async function remove({ queue, log }: BatchServices, messages: readonly QueuedMessage[]): Promise<void> {
  try {
    await queue.remove(messages);
  } catch (error) {
    // Lambda removes them after the batch.
    log.warn("handled messages could not be removed at once", { error });
  }
}
