import { io } from "socket.io-client";
import { WebSocket } from "ws";

/**
 * How long a client waits for an answer before it asks again, and how long it goes on: a closer that was killed three
 * times is followed after a minute, and until then nobody answers.
 */
const ANSWER_MS = 2_000;
const PATIENCE_MS = 90_000;
const RECONNECTION_MS = 50;

/** A connection that comes back when it is lost. */
interface Line {
  /** Rejects when there is no answer in time. */
  call(event: string, ...args: unknown[]): Promise<unknown>;
  close(): void;
}

/** A client that comes back, and asks again for what was not answered: as users do. */
export class PersistentClient {
  private readonly heard = new Set<unknown>();
  private readonly line: Line;

  constructor(open: (onSaid: (text: unknown) => void) => Line) {
    this.line = open((text) => this.heard.add(text));
  }

  /** Rejects when there is no answer, whatever one does: the client is stuck. */
  async call(event: string, ...args: unknown[]): Promise<unknown> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.line.call(event, ...args);
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`stuck: ${event} is never answered`, { cause: error });
      }
    }
  }

  /** Joins a room and hears what is said there; after a lost connection it joins again. */
  async works(room: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt += 1) {
      const text = `${room} ${attempt}`;
      await this.call("join", room);
      await this.call("say", room, text);
      if (this.heard.has(text)) return;
      if (Date.now() > deadline) throw new Error(`stuck: deaf in ${room}`);
    }
  }

  leave(): void {
    this.line.close();
  }
}

/** The unmodified client. */
export function socketIoLine(url: string) {
  return (onSaid: (text: unknown) => void): Line => {
    const socket = io(url, {
      transports: ["websocket"],
      forceNew: true,
      timeout: 5_000,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
    });
    socket.on("said", onSaid);
    return {
      call: (event, ...args) => socket.timeout(ANSWER_MS).emitWithAck(event, ...args),
      close: () => void socket.disconnect(),
    };
  };
}

/** Plain JSON, with as little as a client needs to come back. */
export function jsonLine(url: string) {
  return (onSaid: (text: unknown) => void): Line => new JsonLine(url, onSaid);
}

class JsonLine implements Line {
  private socket: WebSocket | undefined;
  private readonly acks = new Map<number, () => void>();
  private ids = 0;
  private isConnected = false;
  private isClosed = false;
  private readonly buffer: string[] = [];

  constructor(
    private readonly url: string,
    private readonly onSaid: (text: unknown) => void,
  ) {
    this.connect();
  }

  call(event: string, ...args: unknown[]): Promise<unknown> {
    this.ids += 1;
    const id = this.ids;
    this.send({ event, args, id });
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
      this.acks.set(id, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  close(): void {
    this.isClosed = true;
    this.socket?.close();
  }

  /** What is said before somebody is there to hear it waits, as in the other client. */
  private send(frame: unknown): void {
    const text = JSON.stringify(frame);
    if (this.isConnected) this.socket?.send(text);
    else this.buffer.push(text);
  }

  private connect(): void {
    if (this.isClosed) return;
    this.socket = new WebSocket(this.url);
    this.socket.on("message", (data) => this.receive(JSON.parse(String(data))));
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.isConnected = false;
      if (!this.isClosed) setTimeout(() => this.connect(), RECONNECTION_MS).unref();
    });
  }

  private receive(frame: Record<string, unknown>): void {
    if (frame.connected) {
      this.isConnected = true;
      for (const text of this.buffer.splice(0)) this.socket?.send(text);
    }
    if (frame.ping) this.socket?.send('{"pong":true}');
    if (frame.event === "said") this.onSaid(frame.data);
    if (typeof frame.ack === "number") this.acks.get(frame.ack)?.();
  }
}
