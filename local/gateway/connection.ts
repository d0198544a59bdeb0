import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import type { Limits } from "../limits";
import type { Peer } from "./events";
import { frameLimit } from "./frame-limit";

/** After the hours that a connection may last, or the minutes that it may be idle. */
export type Cut = "lifetime" | "idle";

export interface ConnectionListener {
  message(text: string): void;
  /** The gateway ends it. */
  cut(after: Cut): void;
  /** `isOurs`: the gateway had closed it, not the client. */
  closed(code: number, reason: string, isOurs: boolean): void;
}

export type SendOutcome = "sent" | "gone" | "full";

/** One open WebSocket, with the limits that API Gateway sets it. */
export class Connection {
  private lastActiveMs = Date.now();
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly lifetimeTimer: NodeJS.Timeout;
  /** Set by the side that closes first: what comes after it is not delivered. */
  private closing = false;

  constructor(
    readonly peer: Peer,
    private readonly ws: WebSocket,
    private readonly limits: Limits,
    private readonly listener: ConnectionListener,
  ) {
    this.lifetimeTimer = setTimeout(() => this.cut("lifetime"), limits.lifetimeMs);
    this.touch();
    ws.on("message", (data, isBinary) => this.receive(data, isBinary));
    ws.on("close", (code, reason) => this.ended(code, reason.toString()));
    // `ws` closes with the fitting code, 1009 for a message that is too large.
    ws.on("error", () => undefined);
  }

  /** Watches the frames of the client on the raw connection. Before any of them is read. */
  limitFrames(socket: Socket): void {
    socket.prependListener(
      "data",
      frameLimit(this.limits.maxFrameBytes, () => this.close(1009, "Frame too large")),
    );
  }

  get lastActiveAt(): Date {
    return new Date(this.lastActiveMs);
  }

  /** Sends one text frame: whatever is posted arrives as text. */
  send(text: Buffer | string): SendOutcome {
    if (this.closing || this.ws.readyState !== this.ws.OPEN) return "gone";
    if (this.ws.bufferedAmount > this.limits.maxBufferedBytes) return "full";
    this.ws.send(text, { binary: false });
    this.touch();
    return "sent";
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.ws.close(code, reason);
  }

  /** Cuts the connection without a farewell. */
  terminate(): void {
    this.ws.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (this.closing) return;
    if (isBinary) this.close(1003, "Binary is not supported");
    else {
      this.touch();
      this.listener.message(data.toString());
    }
  }

  private cut(after: Cut): void {
    if (this.closing) return;
    this.listener.cut(after);
    this.close(1001, "Going away");
  }

  private touch(): void {
    this.lastActiveMs = Date.now();
    if (this.idleTimer === undefined) this.idleTimer = setTimeout(() => this.cut("idle"), this.limits.idleMs);
    else this.idleTimer.refresh();
  }

  private ended(code: number, reason: string): void {
    const isOurs = this.closing;
    this.closing = true;
    clearTimeout(this.idleTimer);
    clearTimeout(this.lifetimeTimer);
    this.listener.closed(code, reason, isOurs);
  }
}
