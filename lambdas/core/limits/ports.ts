/** A stretch of time that something is counted in; `id` of a user or an address. */
export interface Window {
  readonly of: "user" | "address";
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
}

/** What was counted in a window: a user's messages, or an address's connections and those that became sockets. */
export interface Counts {
  readonly total: number;
  readonly admitted: number;
}

/** What the messages of one draw come to, on their connection. */
export interface MessageCount {
  readonly startsAt: number;
  readonly messages: number;
  /** All connections of the user together send too much in this window. */
  readonly isUserOver: boolean;
}

/** Counts for the limits. Each is forgotten some time after its window. */
export interface WindowStore {
  /**
   * Adds to the connection's window, which its next packets read as `ConnectionRecord.rate`; the connection has
   * one, the latest. Nothing where the connection is gone, or in a later window.
   */
  countMessages(connectionId: string, count: MessageCount): Promise<void>;
  /** Adds, and answers all that was counted in the window. */
  count(window: Window, counts: Partial<Counts>): Promise<Counts>;
  /** How many sockets the user has in the namespace, counted as far as `most`. Strongly consistent. */
  socketsOfUser(namespace: string, userId: string, most: number): Promise<number>;
}
