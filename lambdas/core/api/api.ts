import type { Claims } from "../auth/claims";
import type { DisconnectReason } from "../records";
import type { Broadcast, Names, TimedSocket } from "./api-broadcast";
import type {
  AckValue,
  Checked,
  DefaultEventsMap,
  EventName,
  EventNameWithAck,
  LifecycleEvent,
  ListenerArgs,
  Params,
  WithoutAck,
} from "./event-maps";

type MessageArgs<S2C> = "message" extends keyof S2C ? WithoutAck<S2C["message"]> : never;

export interface Handshake {
  /** What the client gave as `auth` with this CONNECT, or `{ token }` of a JSON client. Never stored. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, string>>;
  /** The headers chosen by the construct's `handshakeHeaders`, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly address: string;
  readonly time: string;
  /** Milliseconds since the epoch. */
  readonly issued: number;
  readonly secure: boolean;
  readonly xdomain: boolean;
  readonly url: string;
}

/** `data` travels to the client as `err.data`. */
export type ConnectError = Error & { data?: unknown };

declare const instead: unique symbol;
/** A member that cannot exist here; the string says what to write instead. */
type Instead<Text extends string> = ((this: never, ...args: never[]) => never) & { [instead]: Text };

export interface Socket<C2S = DefaultEventsMap, S2C = DefaultEventsMap, Data = unknown> {
  /** The sid, also the name of the socket's own room. */
  readonly id: string;
  readonly nsp: Namespace<C2S, S2C, Data>;
  /** In middleware and `connection` listeners; elsewhere it throws and says to use `socket.data`. */
  readonly handshake: Handshake;
  /** Its own room and those it joined; a `join` shows at once. */
  readonly rooms: ReadonlySet<string>;
  readonly connected: boolean;
  readonly disconnected: boolean;
  /**
   * In a `connection` listener: whether the client has come back within the recovery window, so that the
   * socket is the same, with its rooms and data, and the client gets what it missed. Elsewhere `false`.
   */
  readonly recovered: boolean;
  readonly protocol: "socket.io" | "json";
  /**
   * JSON, at most 16 KB, kept for the life of the socket. Each top-level key that changed is written
   * before the listener's next effect; the last writer wins per key.
   */
  data: Data;
  /** Set by middleware: the socket then is one of that user's, and `toUser` reaches it. */
  userId: string | undefined;
  /** Set by `jwt()`: what the token says. */
  readonly claims: Claims | undefined;
  readonly broadcast: Broadcast<S2C, Data>;
  /** Its events are not kept for clients that are away: no recovery brings them, and no log costs a write. */
  readonly volatile: this;
  to(room: Names): Broadcast<S2C, Data>;
  in(room: Names): Broadcast<S2C, Data>;
  except(room: Names): Broadcast<S2C, Data>;
  /**
   * An ack at the end is called with the client's answer, or never when none comes within 20 s; the
   * listener counts as running until then. In a `connection` listener the client hears `connect` first, and
   * joins that follow no longer precede it.
   */
  emit<E extends EventName<S2C>>(event: E, ...args: Params<S2C[E]>): boolean;
  /** `emit("message", …)`; so does `write`. */
  send(...args: MessageArgs<S2C>): this;
  write(...args: MessageArgs<S2C>): this;
  /** Rejects when no answer comes within 20 s, or the time that `timeout` gives it. */
  emitWithAck<E extends EventNameWithAck<S2C>>(
    event: E,
    ...args: WithoutAck<S2C[E]>
  ): Promise<AckValue<S2C[E]>>;
  /** How long to wait for the ack of the next `emit`: 0 to 20,000 ms, else it throws. */
  timeout(ms: number): TimedSocket<S2C>;
  /**
   * Resolves when the next delivery to the room reaches the socket. Room names are at most 512 bytes and
   * do not begin with `@`; anything else throws.
   */
  join(room: Names): Promise<void>;
  leave(room: string): Promise<void>;
  /** Leaves the namespace; with `true`, closes the connection and every namespace with it. */
  disconnect(close?: boolean): this;
  on: Instead<"Write io.on(event, (socket, ...args) => …) at the top level of the module">;
}

export type Next = (err?: ConnectError) => void;
/** What a client sent: middleware may change it for those behind it. The ack, if wanted, is the last. */
export type Packet = [event: string, ...args: unknown[]];
export type PacketMiddleware<C2S, S2C, Data> = (
  socket: Socket<C2S, S2C, Data>,
  packet: Packet,
  next: Next,
) => unknown;
export type Middleware<C2S, S2C, Data> = (socket: Socket<C2S, S2C, Data>, next: Next) => unknown;

interface Lifecycle<C2S, S2C, Data> {
  connection: (socket: Socket<C2S, S2C, Data>) => unknown;
  disconnecting: (socket: Socket<C2S, S2C, Data>, reason: DisconnectReason) => unknown;
  disconnect: (socket: Socket<C2S, S2C, Data>, reason: DisconnectReason) => unknown;
}

/** Answers `unknown`, not `void | Promise<void>`: `(s, d) => s.broadcast.emit("m", d)` answers a boolean. */
export type Listener<E, C2S, S2C, Data> = E extends LifecycleEvent
  ? Lifecycle<C2S, S2C, Data>[E]
  : E extends EventName<C2S>
    ? (socket: Socket<C2S, S2C, Data>, ...args: ListenerArgs<C2S[E]>) => unknown
    : never;

/** Registering after the module has loaded throws: a Lambda that starts later would not know of it. */
export interface Namespace<C2S = DefaultEventsMap, S2C = DefaultEventsMap, Data = unknown>
  extends Broadcast<S2C, Data> {
  readonly name: string;
  /**
   * Set it where clients are sent Buffers. A Buffer is a frame of its own, and a Socket.IO client drops its
   * connection when a packet of another Lambda comes between: with this, they wait for each other. A packet
   * with Buffers then takes 150 ms longer, and any other one DynamoDB read more, for each Socket.IO client that
   * it is sent to, in all namespaces of the app: a connection has one decoder for all of them. @default false
   */
  binary: boolean;
  /** Runs at every CONNECT to this namespace, in order; `next(error)` refuses it. */
  use(middleware: Middleware<C2S, S2C, Data>): this;
  /** `emit("message", …)`; so does `write`. */
  send(...args: MessageArgs<S2C>): this;
  write(...args: MessageArgs<S2C>): this;
  /**
   * Runs for every event of a client, in order and before its listeners. `next(error)` drops the event: it
   * is logged, not acknowledged, and only plain JSON clients are told.
   */
  usePacket(middleware: PacketMiddleware<C2S, S2C, Data>): this;
  on<E extends LifecycleEvent | EventName<C2S>>(event: E, listener: Listener<E, C2S, S2C, Data>): this;
  /** Runs for every event of a client that packet middleware lets through. */
  onAny(listener: (socket: Socket<C2S, S2C, Data>, event: string, ...args: AnyArgs) => unknown): this;
}

export interface Server<C2S = DefaultEventsMap, S2C = DefaultEventsMap, Data = unknown>
  extends Namespace<C2S, S2C, Data> {
  /**
   * A namespace by its name, or all those that match a pattern and have no name of their own; the first
   * pattern counts. Those of a pattern cannot be emitted to together: emit to `socket.nsp` or `of(name)`.
   */
  of<NC2S = C2S, NS2C = S2C, NData = Data>(name: string | RegExp): Namespace<NC2S, NS2C, NData>;
}

// biome-ignore lint/suspicious/noExplicitAny: which event it is, and so its arguments, nobody knows
type AnyArgs = any[];

// biome-ignore lint/suspicious/noExplicitAny: `socket.data` of an untyped server, as in Socket.IO
type AnyData = any;

export type ServerConstructor = new <
  C2S extends Checked<C2S> = DefaultEventsMap,
  S2C extends Checked<S2C> = DefaultEventsMap,
  Data = AnyData,
>() => Server<C2S, S2C, Data>;
