/** How a client's connection ends when it does not mean to leave. */
export type Drop = "close" | "terminate";

/** One client's connection, over and over; it writes into the log what it sees. */
export interface Line {
  readonly isConnected: boolean;
  /** Counted from 1. */
  readonly connection: number;
  /** Sends an event. Rejects when no answer comes, or the connection is lost before it. */
  call(event: string, ...args: readonly unknown[]): Promise<void>;
  /** Loses the connection; the line comes back by itself. */
  drop(how: Drop): void;
  /** Leaves on purpose, and stays away until `enter`. */
  leave(): void;
  enter(): void;
  /** For good, as a client that is never heard of again. */
  vanish(): void;
}

/** How long a client waits for an answer. */
export const ANSWER_MS = 8_000;
