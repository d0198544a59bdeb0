import type { Services } from "../services";
import type { MessageRequest } from "./message";

/** A message from the queue that keeps those of each connection in order. */
export interface QueuedMessage extends MessageRequest {
  readonly id: string;
  readonly sequence: string;
  /** What the queue knows this delivery by. */
  readonly receipt: string;
  /** How often the queue has handed it on, this time included; not always was it begun then. */
  readonly receiveCount: number;
  /** When the queue did so for the first time, milliseconds since the epoch. */
  readonly firstReceivedAt: number;
}

/** The messages of one connection in a batch, in order. */
export type OfOneConnection = readonly [QueuedMessage, ...QueuedMessage[]];

export interface MessageQueue {
  /** They are done: what follows on their connections can come. */
  remove(messages: readonly QueuedMessage[]): Promise<void>;
  /**
   * They come again so many seconds from now, and nobody gets them until then. Rejects when one of them can
   * have been handed on to somebody else already.
   */
  comeAgain(messages: readonly QueuedMessage[], seconds: number): Promise<void>;
  /** Keeps a message that is given up, for people to look at. */
  bury(message: QueuedMessage): Promise<void>;
}

/** How often a message was begun after it had come again. */
export interface Attempts {
  readonly sequence: string;
  readonly count: number;
}

/** What outlives a Lambda that a message takes down. */
export interface AttemptStore {
  /** Of the connection's message that was noted last. Strongly consistent. */
  latest(connectionId: string): Promise<Attempts | undefined>;
  /** In place of what was noted before; of a connection that is gone, nothing. */
  note(connectionId: string, attempts: Attempts): Promise<void>;
}

export interface BatchServices extends Services {
  readonly queue: MessageQueue;
  readonly attempts: AttemptStore;
  /** For how long the queue hands on to nobody else what it has handed on. */
  readonly visibilitySeconds: number;
  /** When Lambda ends the invocation, milliseconds since the epoch. */
  readonly endsAt: number;
}
