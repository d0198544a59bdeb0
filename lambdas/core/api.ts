import type {
  Checked,
  DefaultEventsMap,
  EventName,
  LifecycleEvent,
  ListenerArgs,
  WithoutAck,
} from "./event-maps";
import type { DisconnectReason } from "./records";

/**
 * Chooses recipients and emits to them, as Socket.IO's BroadcastOperator. Every call of `to` and `except`
 * answers a new one. A socket that is in several of the rooms gets an event once.
 */
export interface Broadcast<S2C> {
  to(room: string | readonly string[]): Broadcast<S2C>;
  in(room: string | readonly string[]): Broadcast<S2C>;
  /** All sockets of a user, on every device. */
  toUser(userId: string | readonly string[]): Broadcast<S2C>;
  except(room: string | readonly string[]): Broadcast<S2C>;
  /**
   * Always `true` inside a listener: the event goes out in the order of the listener's calls, awaited or
   * not. `false`, with a logged error, when the listener had already ended.
   */
  emit<E extends EventName<S2C>>(event: E, ...args: WithoutAck<S2C[E]>): boolean;
}

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
  readonly protocol: "socket.io" | "json";
  /**
   * JSON, at most 16 KB, kept for the life of the socket. Each top-level key that changed is written
   * before the listener's next effect; the last writer wins per key.
   */
  data: Data;
  /** Set by middleware: the socket then is one of that user's, and `toUser` reaches it. */
  userId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  readonly broadcast: Broadcast<S2C>;
  to(room: string | readonly string[]): Broadcast<S2C>;
  in(room: string | readonly string[]): Broadcast<S2C>;
  except(room: string | readonly string[]): Broadcast<S2C>;
  emit<E extends EventName<S2C>>(event: E, ...args: WithoutAck<S2C[E]>): boolean;
  /**
   * Resolves when the next delivery to the room reaches the socket. Room names are at most 512 bytes and
   * do not begin with `@`; anything else throws.
   */
  join(room: string | readonly string[]): Promise<void>;
  leave(room: string): Promise<void>;
  /** Leaves the namespace; with `true`, closes the connection and every namespace with it. */
  disconnect(close?: boolean): this;
  on: Instead<"Write io.on(event, (socket, ...args) => …) at the top level of the module">;
}

export type Next = (err?: ConnectError) => void;
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
  extends Broadcast<S2C> {
  readonly name: string;
  /** Runs at every CONNECT to this namespace, in order; `next(error)` refuses it. */
  use(middleware: Middleware<C2S, S2C, Data>): this;
  on<E extends LifecycleEvent | EventName<C2S>>(event: E, listener: Listener<E, C2S, S2C, Data>): this;
}

export interface Server<C2S = DefaultEventsMap, S2C = DefaultEventsMap, Data = unknown>
  extends Namespace<C2S, S2C, Data> {
  of<NC2S = C2S, NS2C = S2C, NData = Data>(name: string): Namespace<NC2S, NS2C, NData>;
}

// biome-ignore lint/suspicious/noExplicitAny: `socket.data` of an untyped server, as in Socket.IO
type AnyData = any;

export type ServerConstructor = new <
  C2S extends Checked<C2S> = DefaultEventsMap,
  S2C extends Checked<S2C> = DefaultEventsMap,
  Data = AnyData,
>() => Server<C2S, S2C, Data>;
