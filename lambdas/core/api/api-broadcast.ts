import type { Handshake } from "./api";
import type { AckValue, EventName, EventNameWithAck, Params, TimedArgs, WithoutAck } from "./event-maps";

/** One or several. */
export type Names = string | readonly string[];

/**
 * Chooses recipients and emits to them, as Socket.IO's BroadcastOperator. Every call of `to` and `except`
 * answers a new one. A socket that is in several of the rooms gets an event once.
 *
 * What acts on many sockets takes effect in the order of the listener's calls, awaited or not, and resolves
 * when it is done; sockets that connect meanwhile may be left out.
 */
export interface Broadcast<S2C, Data = unknown> {
  to(room: Names): Broadcast<S2C, Data>;
  in(room: Names): Broadcast<S2C, Data>;
  /** All sockets of a user, on every device. */
  toUser(userId: Names): Broadcast<S2C, Data>;
  except(room: Names): Broadcast<S2C, Data>;
  /** Its events are not kept for clients that are away: no recovery brings them, and no log costs a write. */
  readonly volatile: Broadcast<S2C, Data>;
  /** How long to wait for the acks of the next `emit`: 0 to 20,000 ms, else it throws. */
  timeout(ms: number): TimedBroadcast<S2C>;
  /**
   * Always `true` inside a listener: the event goes out in the order of the listener's calls, awaited or
   * not. `false`, with a logged error, when the listener had already ended. An ack needs `timeout`.
   */
  emit<E extends EventName<S2C>>(event: E, ...args: WithoutAck<S2C[E]>): boolean;
  /** Reads two items for each socket; `handshake.auth` is empty, since it is never stored. */
  fetchSockets(): Promise<RemoteSocket<S2C, Data>[]>;
  socketsJoin(room: Names): Promise<void>;
  socketsLeave(room: Names): Promise<void>;
  /** As `socket.disconnect(close)` of each. */
  disconnectSockets(close?: boolean): Promise<void>;
}

/**
 * Emits to many and gathers their acks: the first argument of each, in no order. At most 1,000 recipients;
 * those that the event did not reach are not waited for.
 */
export interface TimedBroadcast<S2C> {
  to(room: Names): TimedBroadcast<S2C>;
  in(room: Names): TimedBroadcast<S2C>;
  toUser(userId: Names): TimedBroadcast<S2C>;
  except(room: Names): TimedBroadcast<S2C>;
  readonly volatile: TimedBroadcast<S2C>;
  timeout(ms: number): TimedBroadcast<S2C>;
  /** The ack gets an error, and the answers that came, when not everyone answered in time. */
  emit<E extends EventName<S2C>>(event: E, ...args: TimedArgs<S2C[E], AckValue<S2C[E]>[]>): boolean;
  /** Rejects when not everyone answered in time; the error's `responses` are the answers that came. */
  emitWithAck<E extends EventNameWithAck<S2C>>(
    event: E,
    ...args: WithoutAck<S2C[E]>
  ): Promise<AckValue<S2C[E]>[]>;
}

/** A socket of any connection, as it was when it was fetched; what is done to it takes effect in order. */
export interface RemoteSocket<S2C, Data = unknown> {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly data: Readonly<Data>;
  readonly userId: string | undefined;
  readonly handshake: Handshake;
  timeout(ms: number): TimedSocket<S2C>;
  emit<E extends EventName<S2C>>(event: E, ...args: Params<S2C[E]>): boolean;
  emitWithAck<E extends EventNameWithAck<S2C>>(
    event: E,
    ...args: WithoutAck<S2C[E]>
  ): Promise<AckValue<S2C[E]>>;
  join(room: Names): Promise<void>;
  leave(room: string): Promise<void>;
  disconnect(close?: boolean): this;
}

/** One socket's `emit` whose ack is waited for so long. */
export interface TimedSocket<S2C> {
  readonly volatile: TimedSocket<S2C>;
  timeout(ms: number): TimedSocket<S2C>;
  /** The ack gets an error when the client did not answer in time. */
  emit<E extends EventName<S2C>>(event: E, ...args: TimedArgs<S2C[E], AckValue<S2C[E]>>): boolean;
  /** Rejects when the client did not answer in time. */
  emitWithAck<E extends EventNameWithAck<S2C>>(
    event: E,
    ...args: WithoutAck<S2C[E]>
  ): Promise<AckValue<S2C[E]>>;
}
