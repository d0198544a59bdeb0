import { WebSocket } from "ws";
import type { Log } from "../log";
import { ANSWER_MS, type Drop, type Line } from "./line";
import { readSaid } from "./said";

const RECONNECTION_MS = 300;

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

interface Frame {
  readonly connected?: unknown;
  readonly ping?: unknown;
  readonly ack?: unknown;
  readonly error?: { readonly code: string };
  readonly id?: unknown;
  readonly event?: unknown;
  readonly args?: readonly unknown[];
}

/** Plain JSON on a WebSocket. */
export class JsonLine implements Line {
  connection = 0;
  isConnected = false;
  private socket: WebSocket | undefined;
  private isAway = false;
  private ids = 0;
  private readonly pending = new Map<number, Pending>();

  constructor(
    private readonly url: string,
    private readonly client: string,
    private readonly log: Log,
  ) {
    this.open();
  }

  async call(event: string, ...args: readonly unknown[]): Promise<void> {
    this.ids += 1;
    const id = this.ids;
    this.socket?.send(JSON.stringify({ event, args, id }));
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
      const settle = (then: (error: Error) => void) => (error: Error) => {
        clearTimeout(timer);
        then(error);
      };
      const resolved = settle(() => resolve());
      this.pending.set(id, { resolve: () => resolved(new Error()), reject: settle(reject) });
    }).finally(() => this.pending.delete(id));
  }

  drop(how: Drop): void {
    this.lost(false);
    this.socket?.[how]();
  }

  leave(): void {
    this.isAway = true;
    this.lost(true);
    this.socket?.close();
  }

  enter(): void {
    this.isAway = false;
    this.open();
  }

  vanish(): void {
    this.isAway = true;
    this.drop("terminate");
  }

  private open(): void {
    if (this.isAway) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.on("message", (data) => this.receive(socket, JSON.parse(String(data))));
    socket.on("error", () => undefined);
    socket.on("close", () => this.closed(socket));
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.lost(false);
    setTimeout(() => this.open(), RECONNECTION_MS);
  }

  private lost(asked: boolean): void {
    if (this.isConnected) this.log.add({ kind: "dropped", client: this.client, asked });
    this.isConnected = false;
    for (const { reject } of this.pending.values()) reject(new Error("the connection is lost"));
  }

  private receive(socket: WebSocket, frame: Frame): void {
    // What arrives on a connection that the client has given up is nothing to it.
    if (socket !== this.socket || socket.readyState !== WebSocket.OPEN) return;
    // What is posted again after an answer that got lost may come twice: it is the same socket.
    if (frame.connected && !this.isConnected) this.connected();
    if (frame.ping) socket.send('{"pong":true}');
    if (typeof frame.ack === "number") this.pending.get(frame.ack)?.resolve();
    if (frame.error) this.pending.get(Number(frame.id))?.reject(new Error(frame.error.code));
    if (frame.event === "said") this.said(frame.args ?? []);
  }

  private connected(): void {
    this.isConnected = true;
    this.connection += 1;
    const { client, connection: transport } = this;
    this.log.add({ kind: "connected", client, protocol: "json", recovered: false, transport });
  }

  private said(args: readonly unknown[]): void {
    const { client, connection: transport } = this;
    this.log.add({ kind: "received", client, transport, ...readSaid(args) });
  }
}
