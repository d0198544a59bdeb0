import { createSecureContext, type SecureContext } from "node:tls";
import { Connection, type ConnectionOwner, type Endpoint } from "./connection";
import type { Exchange, Job } from "./exchange";

/** A delivery to everyone posts to 100 connections at once. */
export const MAX_CONNECTIONS = 128;

/**
 * So many handshakes at once: a small Lambda would be busy with a hundred of them for longer than connecting may
 * take. The first that are open serve those that wait, and let the others resume their session.
 */
const MAX_OPENING = 16;

/** Servers close what was idle this long; a request that meets the closing is lost. */
export const IDLE_MS = 5_000;

/** One watch over all connections, instead of a timer for each request. */
const WATCH_MS = 250;
const CONNECT_TICKS = 1_000 / WATCH_MS;
const REQUEST_TICKS = 5_000 / WATCH_MS;

/** The keep-alive connections to one server, 128 at most. Requests are served in their order. */
export class ConnectionPool implements ConnectionOwner {
  readonly #endpoint: Endpoint;
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
  readonly #idle: Connection[] = [];
  #resting: Connection[] = [];
  readonly #waiting: Job[] = [];
  #opening = 0;
  #ticks = 0;
  #watch: NodeJS.Timeout | undefined;

  /** `now` is in milliseconds and goes on while the environment is frozen. */
  constructor(url: URL, now: () => number, secureContext?: SecureContext) {
    const isSecure = url.protocol === "https:";
    this.#endpoint = {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port) || (isSecure ? 443 : 80),
      // One for all: each would read the certificates of all authorities.
      secureContext: isSecure ? (secureContext ?? createSecureContext()) : undefined,
    };
    this.#now = now;
  }

  /** Makes one attempt, and never rejects. It fails when connecting takes 1 s, or the answer 5 s. */
  send(request: string, encoding: Job["encoding"]): Promise<Exchange> {
    return new Promise((settle) => {
      this.#watch ??= setInterval(() => this.#look(), WATCH_MS);
      const job = { request, encoding, settle };
      const connection = this.#takeIdle();
      if (connection) this.#start(connection, job);
      else this.#enqueue(job);
    });
  }

  /** Closes all connections; a request on its way is lost. */
  drop(): void {
    for (const connection of this.#connections) connection.destroy(new Error("the connection was dropped"));
    this.#idle.length = 0;
  }

  onOpen(connection: Connection): void {
    this.#opening -= 1;
    connection.idleSince = this.#now();
    this.#serve(connection);
    this.#openWhatIsMissing();
  }

  /** Whether a server closes behind its answer is known when all that has come is read: a turn later. */
  onFree(connection: Connection): void {
    if (this.#resting.length === 0) setImmediate(() => this.#wake());
    connection.idleSince = this.#now();
    this.#resting.push(connection);
  }

  onClose(connection: Connection, error: Error): void {
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    if (!connection.isOpen) {
      this.#opening -= 1;
      // It was opened for one of those that wait.
      this.#waiting.shift()?.settle({ kind: "unsent", error });
    }
    this.#openWhatIsMissing();
  }

  #wake(): void {
    const rested = this.#resting;
    this.#resting = [];
    for (const connection of rested) {
      if (this.#isFit(connection)) this.#serve(connection);
      else connection.destroy();
    }
    // Who counted on one that has closed meanwhile.
    this.#openWhatIsMissing();
  }

  #serve(connection: Connection): void {
    const job = this.#waiting.shift();
    if (job) this.#start(connection, job);
    else this.#idle.push(connection);
  }

  /** The one that was used last: those that are not needed any more grow old. */
  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (this.#isFit(connection)) return connection;
      connection.destroy();
    }
    return undefined;
  }

  #isFit(connection: Connection): boolean {
    return connection.isUsable && this.#now() - connection.idleSince <= IDLE_MS;
  }

  #start(connection: Connection, job: Job): void {
    connection.busySince = this.#ticks;
    connection.start(job);
  }

  #enqueue(job: Job): void {
    this.#waiting.push(job);
    this.#openWhatIsMissing();
  }

  #openWhatIsMissing(): void {
    const wanted = Math.min(this.#waiting.length - this.#resting.length, MAX_OPENING);
    while (this.#opening < wanted && this.#connections.size < MAX_CONNECTIONS) {
      const connection = new Connection(this.#endpoint, this);
      connection.busySince = this.#ticks;
      this.#connections.add(connection);
      this.#opening += 1;
    }
  }

  /** Counts ticks rather than time: what a frozen environment slept through is nobody's delay. */
  #look(): void {
    this.#ticks += 1;
    let isNeeded = this.#waiting.length > 0;
    for (const connection of this.#connections) {
      if (connection.isOpen && !connection.isBusy) continue;
      isNeeded = true;
      const ticks = this.#ticks - connection.busySince;
      const [allowed, missing] = connection.isOpen
        ? [REQUEST_TICKS, "answer"]
        : [CONNECT_TICKS, "connection"];
      if (ticks > allowed)
        connection.destroy(new Error(`no ${missing} within ${(allowed * WATCH_MS) / 1000} s`));
    }
    if (isNeeded) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }
}
