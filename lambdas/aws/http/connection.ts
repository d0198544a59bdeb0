import { type ConnectOpts, connect as connectPlainly, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectSecurely, type SecureContext } from "node:tls";
import { type Answer, AnswerParser } from "./answer-parser";
import type { Job } from "./exchange";

/** Where to connect to, for all connections of a pool. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Absent where the endpoint speaks plain HTTP, as one on this machine may. */
  readonly secureContext?: SecureContext;
  /** The last TLS session: resuming it is a fraction of a handshake. */
  session?: Buffer;
}

/** Whom a connection tells about itself. */
export interface ConnectionOwner {
  /** It may take its first request. */
  onOpen(connection: Connection): void;
  /** It has its answer and may take another request. */
  onFree(connection: Connection): void;
  /** Once, at the end, also when it has never been open. */
  onClose(connection: Connection, error: Error): void;
}

/** What comes is read at once, so that all connections share the space: a TLS record is 16 KB at most. */
const READ_BUFFER = Buffer.allocUnsafeSlow(16 * 1024);

/** One keep-alive connection: one request at a time, never two on their way (no pipelining). */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new AnswerParser();
  #job: Job | undefined;
  #error: Error | undefined;
  #isOpen = false;
  /** The owner's notes, in units of its own. */
  idleSince = 0;
  busySince = 0;

  constructor(endpoint: Endpoint, owner: ConnectionOwner) {
    this.#owner = owner;
    const socket = connectTo(
      endpoint,
      (length) => this.#read(length),
      () => this.#opened(),
    );
    this.#socket = socket.setNoDelay(true);
    // Whoever waits for an answer keeps the process alive, by the owner's watch; an idle connection does not.
    socket.unref();
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#closed());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  /** As far as anybody knows on this side. */
  get isUsable(): boolean {
    return this.#socket.writable && !this.#socket.readableEnded;
  }

  /** Only when it is open, usable and not busy: from here on the request counts as being on its way. */
  start(job: Job): void {
    this.#job = job;
    this.#socket.write(job.request, job.encoding);
  }

  /** A request that is on its way is lost. */
  destroy(error?: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #opened(): void {
    this.#isOpen = true;
    this.#owner.onOpen(this);
  }

  #read(length: number): void {
    // A server that speaks without being asked is about to close.
    if (this.#job === undefined) this.destroy();
    else this.#readAnswer(this.#job, READ_BUFFER.toString("latin1", 0, length));
  }

  #readAnswer(job: Job, bytes: string): void {
    try {
      const answer = this.#parser.read(bytes);
      if (answer) this.#settle(job, answer);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #settle(job: Job, { status, body, isLast }: Answer): void {
    this.#job = undefined;
    job.settle({ kind: "answered", status, body });
    if (isLast) this.destroy();
    else this.#owner.onFree(this);
  }

  #ended(): void {
    const answer = this.#parser.end();
    if (this.#job && answer) this.#settle(this.#job, answer);
    else this.destroy();
  }

  #closed(): void {
    const error = this.#error ?? new Error("the connection was closed");
    this.#job?.settle({ kind: "lost", error });
    this.#job = undefined;
    this.#owner.onClose(this, error);
  }
}

function connectTo(endpoint: Endpoint, onRead: (length: number) => void, onOpen: () => void): Socket {
  const { host, port, secureContext, session } = endpoint;
  const onread: ConnectOpts["onread"] = {
    buffer: READ_BUFFER,
    callback: (length) => {
      onRead(length);
      return true;
    },
  };
  if (!secureContext) return connectPlainly({ host, port, onread }, onOpen);
  const servername = isIP(host) ? "" : host;
  // Node's types forget `onread`, which `tls.connect` documents.
  const options: ConnectionOptions & Pick<ConnectOpts, "onread"> = {
    host,
    port,
    onread,
    secureContext,
    session,
    servername,
    ALPNProtocols: ["http/1.1"],
  };
  return connectSecurely(options, onOpen).on("session", (latest: Buffer) => {
    endpoint.session = latest;
  });
}
