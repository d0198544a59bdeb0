import type { BinaryPart, BinarySet } from "../protocol/assembly";
import type { SidRange } from "./delivery/sid-range";
import type { DeliverEvent, DisconnectEvent, OpenEvent } from "./internal-events";
import type {
  ConnectionRecord,
  DisconnectReason,
  Liveness,
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
   * included (strongly consistent, read after the mark), or `undefined` when nothing is left of it. The
   * parts of binary packets are gone, for good: nobody waits for them any more.
   */
  close(connectionId: string, reason: DisconnectReason): Promise<LoadedConnection | undefined>;
  /** Remembers that the namespace had a socket, of the first `MAX_NAMESPACES`: they share an item. */
  leave(connectionId: string, namespace: string): Promise<void>;
  /** Removes the handshake, the connection itself, and last its liveness. Its sockets must be gone. */
  remove(connectionId: string): Promise<void>;
}

/**
 * - `created`: the socket and its base memberships are there; one of the same sid that was there stays as it is.
 * - `exists`: the namespace already has a socket on this connection.
 * - `closed`: the connection closed meanwhile, and every trace of the attempt is undone.
 */
export type CreateOutcome = "created" | "exists" | "closed";

export interface SocketStore {
  /** One that can be recovered (`pid`) stays new until it is introduced. */
  create(socket: SocketRecord): Promise<CreateOutcome>;
  /** Listeners are about to hear of a socket that is new. Answers it as it is by then, or `undefined` where it has closed. */
  introduce(socket: SocketRecord): Promise<SocketRecord | undefined>;
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
   * Marks the socket closed if it is not yet, and claims the right to run its disconnect listeners: none are
   * owed for one that `isNew`, which is not `created` any more. One
   * caller gets the socket as it is then (rooms included); the others `undefined`, until the claim is
   * older than `CLAIM_SECONDS` and the socket still there: its holder crashed.
   */
  claim(
    socket: SocketRecord,
    reason: DisconnectReason,
  ): Promise<(SocketRecord & { closedFor: DisconnectReason }) | undefined>;
  /**
   * Removes its memberships, unless it has left them all, and then the socket, nothing that another connection or a
   * later stamp owns.
   */
  remove(socket: SocketRecord, hasLeftAll?: boolean): Promise<void>;
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
  /**
   * Leaves a mark, so that a join that arrived earlier and is handled later does not win. Repeating it, with a later
   * stamp too, finishes one that failed.
   */
  leave(socket: SocketRecord, room: string, stamp: Stamp): Promise<void>;
  /**
   * Removes the memberships of a socket that was claimed, base rooms' included, none that another connection or a
   * later stamp owns. Its record still names them: whoever comes after a crash does it again.
   */
  leaveAll(socket: SocketRecord): Promise<void>;
  /** The first thousand or so sockets of a room, base rooms included, whose sids are in the range. */
  members(namespace: string, room: string, range: SidRange): Promise<MemberPage>;
  /** Which of these sids are in the room. Each is a read by key: for few sids and rooms of any size. */
  present(namespace: string, room: string, sids: readonly string[]): Promise<readonly string[]>;
}

/** In the order of their sids, without expired ones. `upTo`: the page tells of every sid up to this one. */
export interface MemberPage {
  readonly members: readonly Member[];
  readonly upTo: string;
}

/** The heartbeat's list of connections: `ConnectionStore.open` adds to it, `close` notes, `remove` takes off, last. */
export interface LivenessStore {
  /** Everyone's, in pages; those that have expired are left out. */
  all(): AsyncIterable<readonly Liveness[]>;
  /** The client has its first frame. `false` when its closing has begun, or the connection is gone. */
  greet(connectionId: string): Promise<boolean>;
  /** Strongly consistent; `false` also when the connection is gone. */
  isGreeted(connectionId: string): Promise<boolean>;
  /**
   * The client has answered a ping. A ping's first answer alone changes anything: who sends them all the time must
   * not keep `replace` from its end.
   */
  see(connectionId: string): Promise<void>;
  /** The connection has a socket, or a socket another token. Of several expiries (seconds) the earliest stays. */
  admit(connectionId: string, tokenExpiresAt?: number): Promise<void>;
  /** Replaces what was read, unless it has changed since or is gone: then `false`. */
  replace(current: Liveness, next: Liveness): Promise<boolean>;
}

/** Of several runs of the heartbeat only the latest goes on; a later run has a later stamp. */
export interface HeartbeatRuns {
  /** `false` when a later one has begun. */
  begin(stamp: Stamp): Promise<boolean>;
  isLatest(stamp: Stamp): Promise<boolean>;
}

/** What clients answer to events that asked for an ack: any Lambda may take an answer for the one that waits. */
export interface AckStore {
  /**
   * Before the event goes out: each of these sockets may answer, once and on its own connection, as long as
   * `until` (milliseconds since the epoch). `id` is one delivery's, random below 2^31.
   */
  expect(id: number, sockets: readonly Member[], until: number): Promise<void>;
  /** Keeps an answer. `false` when none is awaited from the socket: never asked, too late, or answered. */
  answer(
    id: number,
    socket: Pick<Member, "sid" | "connectionId">,
    args: readonly unknown[],
  ): Promise<boolean>;
  /** The answers so far, by sid, Buffers as Buffers. Strongly consistent. */
  answers(id: number): Promise<ReadonlyMap<string, readonly unknown[]>>;
}

/** Parts of binary packets, each of which arrived in an invocation of its own. */
export interface PartStore {
  /**
   * Keeps a part, unless there is one of its id, and answers all parts of the connection in the order of their
   * ids; or `undefined`, with nothing kept, when the connection has closed.
   */
  add(
    connection: ConnectionRecord,
    part: Exclude<BinaryPart, { kind: "taken" }>,
  ): Promise<readonly BinaryPart[] | undefined>;
  /** Strongly consistent. `undefined` when the connection has closed. */
  list(connectionId: string): Promise<readonly BinaryPart[] | undefined>;
  /**
   * Claims a set, for one caller: what remains of it is a `TakenSet` under the id of its header. What the ids in
   * `past` stand for, taken sets or parts, is forgotten.
   */
  take(connection: ConnectionRecord, set: BinarySet, past: readonly string[]): Promise<boolean>;
}

/**
 * Lets the frames of a binary packet follow each other where several Lambdas post to one connection: its
 * writer takes the connection, all others look whether it is taken.
 */
export interface TurnStore {
  /** `taken`: nobody else takes it before `until` or its release. Times in ms since the epoch. */
  take(
    connectionId: string,
    turn: { readonly id: string; readonly until: number },
  ): Promise<"taken" | "busy" | "gone">;
  release(connectionId: string, turnId: string): Promise<void>;
  /** Until when it is taken; 0 when it is not. Strongly consistent. */
  takenUntil(connectionId: string): Promise<number>;
}

/** One attempt at an event; `id` is its own, `key` that of all attempts. */
export interface SeenAttempt {
  readonly id: string;
  readonly key: string;
}

/** Events that are done once, by key. */
export interface SeenStore {
  /**
   * - `claimed`: nobody has done it or is at it; it is this attempt's until `leaseMs` are over, and known for `ttlSeconds`.
   * - `running`: another attempt is at it, or was a moment ago.
   * - `done`: with the answer that was kept, Buffers as Buffers, or no arguments.
   */
  claim(
    attempt: SeenAttempt,
    lease: { readonly leaseMs: number; readonly ttlSeconds: number },
  ): Promise<
    | { readonly status: "claimed" }
    | { readonly status: "running" }
    | { readonly status: "done"; readonly answer: readonly unknown[] }
  >;
  /** The attempt has done it. An answer above 16 KB of JSON is not kept. `false`: another attempt has claimed it since. */
  finish(attempt: SeenAttempt, answer: readonly unknown[]): Promise<boolean>;
  /** The attempt has failed: the next may claim. Nothing happens when it is done, or another's. */
  release(attempt: SeenAttempt): Promise<void>;
}

/**
 * - `sent`: API Gateway took the frame.
 * - `gone`: the connection does not exist any more (410, and not a newborn's).
 * - `throttled`: still refused (429) when the time for retries was over.
 * - `failed`: certainly not taken; logged by the adapter.
 * - `unknown`: nobody can know whether it was taken (an error of the other side, a reset or a timeout after
 *   the frame was on its way), so it must never be posted again; logged by the adapter.
 */
export type PostOutcome = "sent" | "gone" | "throttled" | "failed" | "unknown";

export interface PostOptions {
  /** How long a 429 is tried again: 2,000 unless given. 0 is for who slows down and tries again by itself. */
  readonly retryThrottledMs?: number;
}

export interface Gateway {
  /** Rejects only where the function was not told where to post to. */
  post(recipient: Recipient, frame: string, options?: PostOptions): Promise<PostOutcome>;
  /** Closes the WebSocket. `gone`: there is none (410), no more or, where `$connect` still runs, not yet. */
  close(connectionId: string): Promise<"closed" | "gone">;
}

/** Asynchronous invocations of our own Lambdas. */
export interface Invoker {
  open(event: OpenEvent): Promise<void>;
  disconnect(event: DisconnectEvent): Promise<void>;
  deliver(event: DeliverEvent): Promise<void>;
}

/** The secrets of `jwt()`, newest first: during a rotation two of them are good. */
export interface SecretSource {
  /**
   * As they are known. With `recheck`, because a token fits none of them, they are asked for anew, unless that
   * happened a moment ago: then it is the very array that the last call answered.
   */
  current(recheck?: boolean): Promise<readonly string[]>;
}

export interface Log {
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}
