import { once } from "node:events";
import { WebSocket } from "ws";

/** A WebSocket that sends what it is told to, and keeps what comes. */
export class RawClient {
  readonly received: string[] = [];
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.received.push(String(data));
      this.#wake();
    });
    socket.on("close", () => this.#wake());
  }

  static async open(url: string): Promise<RawClient> {
    const socket = new WebSocket(url);
    // Before it opens: the first frame may come with the answer to the upgrade.
    const client = new RawClient(socket);
    await once(socket, "open");
    return client;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** Resolves with a frame, come or to come, that has the text in it; rejects when the WebSocket closes without one. */
  async next(text: string): Promise<string> {
    for (;;) {
      const frame = this.received.find((candidate) => candidate.includes(text));
      if (frame !== undefined) return frame;
      if (!this.isOpen) throw new Error(`closed before ${text}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}
