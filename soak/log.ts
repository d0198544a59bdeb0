/**
 * What clients and emitters saw, in the order in which it happened: they are all in one process. Nothing of
 * the service's own records is in it.
 */
export type Entry =
  | Connected
  /** Socket.IO's client has a WebSocket, and asks to be connected. */
  | { readonly kind: "opened"; readonly client: string }
  /** The client knows that its connection is gone; `asked` when it wanted to leave as a socket, too. */
  | { readonly kind: "dropped"; readonly client: string; readonly asked: boolean }
  | {
      readonly kind: "joining" | "joined" | "leaving" | "left";
      readonly client: string;
      readonly room: string;
    }
  | Emitting
  /** `done`: the service has confirmed it. Otherwise it may have happened, in part, or may yet. */
  | { readonly kind: "emitted"; readonly event: string; readonly outcome: "done" | "unknown" }
  | Received
  /** All is quiet, and the client is connected: what it has not got by now, it does not get. */
  | { readonly kind: "settled"; readonly client: string };

export interface Connected {
  readonly kind: "connected";
  readonly client: string;
  readonly protocol: "socket.io" | "json";
  /** What Socket.IO's client says. */
  readonly recovered: boolean;
  /** See `Received`. */
  readonly transport: number;
}

export interface Emitting {
  readonly kind: "emitting";
  /** Unique. */
  readonly event: string;
  readonly room: string;
  /** How many packets the emitter sends in program order: 0 to `count - 1`. */
  readonly count: number;
  /** The client that asked for it; absent of a backend's. */
  readonly speaker?: Speaker;
  /** The speaker does not get it. */
  readonly isForOthers?: boolean;
  /** So much that it may be confirmed long before it is delivered. */
  readonly isLarge?: boolean;
}

export interface Speaker {
  readonly client: string;
  /** Of its connections, counted from 1. */
  readonly connection: number;
  /** Of what it sent on that connection, counted from 1. */
  readonly number: number;
}

export interface Received {
  readonly kind: "received";
  readonly client: string;
  readonly event: string;
  /** Which of the event's packets. */
  readonly index: number;
  /** Which run of the emitter it is from: where messages come again, there are several. */
  readonly execution: string;
  /** Of the client's WebSockets the one that it came on, counted from 1: not on each it gets connected. */
  readonly transport: number;
  /** What the service ended the packet with, where it does. */
  readonly offset?: string;
}

export type Logged = Entry & {
  /** Its place in the log, from 0. */
  readonly at: number;
  /** Milliseconds since the epoch. */
  readonly ms: number;
};

export class Log {
  readonly entries: Logged[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  add(entry: Entry): void {
    this.entries.push({ ...entry, at: this.entries.length, ms: this.now() });
  }
}
