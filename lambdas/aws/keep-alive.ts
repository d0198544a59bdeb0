import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { ConnectionPool, IDLE_MS, MAX_CONNECTIONS } from "./http/connection-pool";

const CONNECTION_TIMEOUT_MS = 1_000;

/** The keep-alive connections of a Lambda, for all of its clients. */
export class KeepAlive {
  readonly #now: () => number;
  readonly #httpAgent = new HttpAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  readonly #pools: ConnectionPool[] = [];
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

  /** Connections to the server of a URL, for a client that makes its own requests. */
  pool(url: URL): ConnectionPool {
    const pool = new ConnectionPool(url, this.#now);
    this.#pools.push(pool);
    return pool;
  }

  /**
   * Runs an invocation with connections that are alive: those that idled, frozen perhaps, are dropped first. A
   * post on a dead one fails with an outcome that nobody can know.
   */
  async during<T>(invocation: () => Promise<T>): Promise<T> {
    if (this.#now() - this.#usedAt > IDLE_MS) this.drop();
    try {
      return await invocation();
    } finally {
      this.#usedAt = this.#now();
    }
  }

  /** Closes all connections; what is on its way is lost. */
  drop(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
    for (const pool of this.#pools) pool.drop();
  }
}
