import type { DisconnectEvent, OpenEvent } from "./internal-events";
import type {
  ConnectionRecord,
  DisconnectReason,
  LoadedConnection,
  Member,
  Recipient,
  SocketRecord,
  Stamp,
  StoredHandshake,
} from "./records";

export interface ConnectionStore {
  /** Called by `$connect` only: a connection that is missing is never created later. */
  open(connection: ConnectionRecord, handshake: StoredHandshake): Promise<void>;
  /** Strongly consistent. `undefined` when the connection is unknown or expired. */
  load(connectionId: string): Promise<LoadedConnection | undefined>;
  handshake(connectionId: string): Promise<StoredHandshake | undefined>;
  /**
   * Marks the connection closed; the first reason stays. Answers the connection as it is then, sockets
   * included (strongly consistent, read after the mark), or `undefined` when nothing is left of it.
   */
  close(connectionId: string, reason: DisconnectReason): Promise<LoadedConnection | undefined>;
  /** Remembers that the namespace had a socket. */
  leave(connectionId: string, namespace: string): Promise<void>;
  /** Removes the handshake and the connection itself, last. Its sockets must be gone. */
  remove(connectionId: string): Promise<void>;
}

/**
 * - `created`: the socket and its base memberships are there.
 * - `exists`: the namespace already has a socket on this connection.
 * - `closed`: the connection closed meanwhile, and every trace of the attempt is undone.
 */
export type CreateOutcome = "created" | "exists" | "closed";

export interface SocketStore {
  create(socket: SocketRecord): Promise<CreateOutcome>;
  /** Writes the named keys of `socket.data` (`undefined` removes one), last writer wins per key. */
  saveData(socket: SocketRecord, changes: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Gives the socket new claims and, when it had none, a user (with the membership in the user's room).
   * `taken`: it is another user's.
   */
  authenticate(
    socket: SocketRecord,
    identity: Pick<SocketRecord, "userId" | "claims" | "tokenExpiresAt">,
  ): Promise<"done" | "closed" | "taken">;
  /** Marks one socket closed unless its CONNECT arrived after `stamp`; the first reason stays. */
  close(
    socket: SocketRecord,
    reason: DisconnectReason,
    stamp: Stamp,
  ): Promise<"closed" | "newer" | "missing">;
  /**
   * Marks the socket closed if it is not yet, and claims the right to run its disconnect listeners. One
   * caller gets the socket as it is then (rooms included); the others `undefined`, until the claim is
   * older than `CLAIM_SECONDS` and the socket still there: its holder crashed.
   */
  claim(
    socket: SocketRecord,
    reason: DisconnectReason,
  ): Promise<(SocketRecord & { closedFor: DisconnectReason }) | undefined>;
  /** Removes its memberships and then the socket, nothing that another connection or a later stamp owns. */
  remove(socket: SocketRecord): Promise<void>;
}

/**
 * - `joined`: the next delivery to the room reaches the socket.
 * - `superseded`: a leave that arrived later has already been handled.
 * - `closed`: the socket or its connection closed; nothing is left of the join.
 * - `full`: the socket is in as many rooms as it may be.
 */
export type JoinOutcome = "joined" | "superseded" | "closed" | "full";

export interface MembershipStore {
  join(socket: SocketRecord, room: string, stamp: Stamp): Promise<JoinOutcome>;
  /** Leaves a mark, so that a join that arrived earlier and is handled later does not win. */
  leave(socket: SocketRecord, room: string, stamp: Stamp): Promise<void>;
  /** The sockets of a room, base rooms included, in pages. Expired memberships are left out. */
  members(namespace: string, room: string): AsyncIterable<readonly Member[]>;
}

/**
 * - `sent`: API Gateway took the frame.
 * - `gone`: the connection does not exist any more (410, and not a newborn's).
 * - `throttled`: still refused when the time for retries was over.
 * - `failed`: anything else; logged by the adapter.
 */
export type PostOutcome = "sent" | "gone" | "throttled" | "failed";

export interface Gateway {
  post(recipient: Recipient, frame: string): Promise<PostOutcome>;
  /** Closes the WebSocket; one that is already gone is no error. */
  close(connectionId: string): Promise<void>;
}

/** Asynchronous invocations of our own Lambdas. */
export interface Invoker {
  open(event: OpenEvent): Promise<void>;
  disconnect(event: DisconnectEvent): Promise<void>;
}

/** The secrets of `jwt()`, newest first: during a rotation two of them are good. */
export interface SecretSource {
  current(): Promise<readonly string[]>;
}

export interface Log {
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
