import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/** Servers close what was idle this long, and a frozen environment does not hear of it. */
const IDLE_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/** A delivery to everyone reads 16 partitions at once and posts to 100 connections. */
const MAX_SOCKETS = 128;

/** The keep-alive sockets of a Lambda, for all of its clients. */
export class KeepAlive {
  readonly #now: () => number;
  readonly #httpAgent = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  #usedAt = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** What an SDK client takes as its `requestHandler`. A request that takes longer fails, and may be retried. */
  requestHandler(requestTimeoutMs: number) {
    return {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
    };
  }

  /**
   * Runs an invocation with sockets that are alive: those that idled, frozen perhaps, are dropped first. A
   * post on a dead socket fails with an outcome that nobody can know.
   */
  async during<T>(invocation: () => Promise<T>): Promise<T> {
    if (this.#now() - this.#usedAt > IDLE_MS) {
      this.#httpAgent.destroy();
      this.#httpsAgent.destroy();
    }
    try {
      return await invocation();
    } finally {
      this.#usedAt = this.#now();
    }
  }
}
