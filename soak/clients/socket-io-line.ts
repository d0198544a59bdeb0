import { io, type Socket } from "socket.io-client";
import { PacketType } from "socket.io-parser";
import type { Log } from "../log";
import { ANSWER_MS, type Drop, type Line } from "./line";
import { readSaid } from "./said";

/** The unmodified client. */
export class SocketIoLine implements Line {
  connection = 0;
  private readonly socket: Socket;
  private transport = 0;
  /** The client keeps what comes before it is connected: of each event, when it comes, on which transport. */
  private readonly arrivals: number[] = [];

  constructor(
    url: string,
    private readonly client: string,
    private readonly log: Log,
  ) {
    this.socket = io(url, {
      autoConnect: false,
      transports: ["websocket"],
      forceNew: true,
      timeout: 10_000,
      reconnectionDelay: 300,
      reconnectionDelayMax: 1_500,
    });
    this.socket.io.on("open", () => {
      this.transport += 1;
      this.log.add({ kind: "opened", client });
    });
    this.socket.io.on("packet", ({ type }) => {
      if (type === PacketType.EVENT) this.arrivals.push(this.transport);
    });
    this.socket.on("connect", () => this.connected());
    this.socket.on("disconnect", (reason) => this.disconnected(reason));
    this.socket.on("connect_error", () => this.comeBack());
    this.socket.on("said", (...args) => this.said(args));
    // Only now, so that packets are seen here before the socket sees them.
    this.socket.connect();
  }

  get isConnected(): boolean {
    return this.socket.connected;
  }

  async call(event: string, ...args: readonly unknown[]): Promise<void> {
    await this.socket.timeout(ANSWER_MS).emitWithAck(event, ...args);
  }

  drop(how: Drop): void {
    const { engine } = this.socket.io;
    if (how === "close") engine.close();
    // A transport of the kind that the options name has a WebSocket of `ws`, below all that is declared.
    else (engine.transport as unknown as { readonly ws: { terminate(): void } }).ws.terminate();
  }

  leave(): void {
    this.socket.disconnect();
  }

  enter(): void {
    this.socket.connect();
  }

  vanish(): void {
    this.socket.io.reconnection(false);
    this.drop("close");
  }

  private connected(): void {
    this.connection += 1;
    const { client, socket, transport } = this;
    const { recovered } = socket;
    this.log.add({ kind: "connected", client, protocol: "socket.io", recovered, transport });
  }

  private disconnected(reason: string): void {
    this.log.add({ kind: "dropped", client: this.client, asked: reason === "io client disconnect" });
    if (reason === "io server disconnect") this.comeBack();
  }

  /** What the service refused or ended does not come back by itself. */
  private comeBack(): void {
    if (!this.socket.active) setTimeout(() => this.socket.connect(), 300);
  }

  private said(args: readonly unknown[]): void {
    const transport = this.arrivals.shift() ?? 0;
    this.log.add({ kind: "received", client: this.client, transport, ...readSaid(args) });
  }
}
