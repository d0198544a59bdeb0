import { io, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { offsetFree } from "./offset-free";
import type { Target } from "./target";

/** One client of either kind, as the tests of the uses see it. */
export interface TestClient {
  /** Answers the ack. */
  call(event: string, ...args: unknown[]): Promise<unknown>;
  /** The first argument of the next event that was not yet asked for, whatever its name. */
  next(): Promise<{ readonly event: string; readonly data: unknown }>;
  close(): Promise<void>;
}

export interface Who {
  readonly token: string;
  readonly namespace?: string;
}

export type Connect = (target: Target, who: Who) => Promise<TestClient>;

/** Rejects with the `connect_error`. */
export const connectSocketIo: Connect = async (target, { token, namespace = "/" }) => {
  const socket = io(`${target.ioUrl}${namespace}`, {
    path: target.ioPath,
    transports: ["websocket"],
    auth: { token },
    forceNew: true,
    reconnection: false,
  });
  const events = new Inbox();
  socket.onAny((event: string, ...args: unknown[]) => events.put({ event, data: offsetFree(args)[0] }));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("connect_error", (error) => {
      socket.close();
      reject(error);
    });
  });
  return {
    call: (event, ...args) => socket.timeout(10_000).emitWithAck(event, ...args),
    next: () => events.take(),
    close: () => closed(socket),
  };
};

/** Rejects with the HTTP status of the refused upgrade. */
export const connectJson: Connect = async (target, { token, namespace = "/" }) => {
  const url = new URL(target.webSocketUrl);
  url.searchParams.set("namespace", namespace);
  const client = new JsonClient(new WebSocket(url, ["roomcast.v1", token]));
  await client.connected;
  return client;
};

export class JsonClient implements TestClient {
  readonly connected: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #events = new Inbox();
  readonly #acks = new Map<number, (answer: unknown) => void>();
  #ids = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.connected = new Promise((resolve, reject) => {
      socket.on("unexpected-response", (request, response) => {
        request.destroy();
        reject(new Error(`HTTP ${response.statusCode}`));
      });
      socket.on("error", reject);
      socket.on("message", (data) => this.#receive(JSON.parse(String(data)), resolve));
    });
  }

  call(event: string, ...args: unknown[]): Promise<unknown> {
    this.#ids += 1;
    const id = this.#ids;
    return new Promise((resolve) => {
      this.#acks.set(id, resolve);
      this.#socket.send(JSON.stringify({ event, args, id }));
    });
  }

  next() {
    return this.#events.take();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.close();
    });
  }

  #receive(frame: Record<string, unknown>, connected: (value: unknown) => void): void {
    if (frame.connected) connected(frame.connected);
    if (typeof frame.event === "string") this.#events.put({ event: frame.event, data: frame.data });
    if (typeof frame.ack === "number") this.#acks.get(frame.ack)?.(frame.data);
    if (frame.error) this.#events.put({ event: "error", data: frame.error });
  }
}

interface Received {
  readonly event: string;
  readonly data: unknown;
}

class Inbox {
  readonly #received: Received[] = [];
  readonly #waiting: ((received: Received) => void)[] = [];

  put(received: Received): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(received);
    else this.#received.push(received);
  }

  take(): Promise<Received> {
    const received = this.#received.shift();
    if (received) return Promise.resolve(received);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.disconnected) return resolve();
    socket.once("disconnect", () => resolve());
    socket.disconnect();
  });
}
