import type { Member, ReplayedRange, SocketRecord, Stamp } from "../records";
import type { Offset, OffsetSource } from "./offsets";
import type { SecondWrites } from "./second-writes";

/** An event without ack, as it was emitted to one room. */
export interface LoggedEvent {
  readonly offset: Offset;
  /** For Socket.IO, without the offset. */
  readonly frames: readonly string[];
  /** Rooms whose sockets do not get it. */
  readonly except: readonly string[];
  /** Under which it was there before, as that was late: who got it under one of these has it. */
  readonly earlier?: readonly Offset[];
}

export interface LogEntry extends LoggedEvent {
  readonly namespace: string;
  readonly room: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** The events of each room, for a while. */
export interface LogStore {
  /** Each is there for every reader when this resolves. */
  append(entries: readonly LogEntry[]): Promise<void>;
  /** The last first: who reads meanwhile finds those in front. */
  remove(entries: readonly LogEntry[]): Promise<void>;
  /** Strongly consistent, in the order of the offsets, in pages: what lies between, and has not expired. */
  read(
    namespace: string,
    room: string,
    range: { readonly after: Offset; readonly before: Offset },
  ): AsyncIterable<readonly LoggedEvent[]>;
}

/** An event that certainly did not arrive on a connection: it was refused, or not tried behind one that was. */
export interface UndeliveredEvent {
  readonly connectionId: string;
  readonly sid: string;
  readonly offset: Offset;
  /** For Socket.IO, without the offset. */
  readonly frames: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** Whose client comes back gets these, whatever later events it has got. */
export interface UndeliveredStore {
  add(events: readonly UndeliveredEvent[]): Promise<void>;
  /** Strongly consistent, in the order of the offsets. */
  of(socket: Pick<Member, "connectionId" | "sid">): Promise<readonly LoggedEvent[]>;
}

/** A room that a socket was in. Milliseconds since the epoch. */
export interface FormerRoom {
  readonly room: string;
  readonly since: number;
  /** From then on it was not. */
  readonly until: number;
}

/** What a socket leaves behind when its connection drops. */
export interface ParkedSocket {
  /** The connection that dropped. */
  readonly connectionId: string;
  /** When, milliseconds since the epoch. */
  readonly at: number;
  readonly rooms: SocketRecord["rooms"];
  readonly since?: SocketRecord["since"];
  readonly data: SocketRecord["data"];
  /** Left since a recovery that broke off: what was missed there until then is still to be sent. */
  readonly owed?: readonly FormerRoom[];
  /** What its client was sent from the logs, as far as it has got it. */
  readonly replayed?: readonly ReplayedRange[];
}

/** A socket as its client knows it, over all connections. */
export interface RecoverySession {
  /** 120 random bits that only the client knows. */
  readonly pid: string;
  readonly namespace: string;
  readonly sid: string;
  readonly userId?: string;
  /** Which connection the socket is on, or was on last. */
  readonly connectionId: string;
  /** The socket has been sent nothing before. */
  readonly startOffset: Offset;
  /** Of the latest CONNECT that wants to recover it. */
  readonly claim?: Stamp;
  /** Of the connection that dropped last; while it is still `connectionId` the socket is away. */
  readonly parked?: ParkedSocket;
}

/** What a recovered socket was sent from the log; or its recovery broke off. Times in ms since the epoch. */
export type ReplayEnd =
  | "broken"
  | {
      /** Everything that was emitted before. */
      readonly boundary: number;
      /** The last of it was posted. */
      readonly endedAt: number;
      /** The latest of it: who logs one of these anew must not post it. */
      readonly recent: readonly Offset[];
      /** What earlier recoveries sent, and its client has. */
      readonly replayed?: readonly ReplayedRange[];
    };

/** Lets those who post to a socket that is being recovered know when they can. A socket is on a connection once. */
export interface ReplayStore {
  /** `expiresAt` in seconds since the epoch. The first call counts. */
  finish(socket: Pick<Member, "connectionId" | "sid">, end: ReplayEnd, expiresAt: number): Promise<void>;
  /** Strongly consistent. */
  end(socket: Pick<Member, "connectionId" | "sid">): Promise<ReplayEnd | undefined>;
}

/** There where connection state recovery is on. */
export interface Recovery {
  /** How long a socket may be away. */
  readonly windowMs: number;
  /** How long events are kept: it can take a ping and its timeout until a socket is known to be away. */
  readonly logMs: number;
  /** So long before the last event that a client got it is sent again what was emitted. */
  readonly overlapMs: number;
  readonly drawOffsets: OffsetSource;
  readonly secondWrites: SecondWrites;
  readonly events: LogStore;
  readonly undelivered: UndeliveredStore;
  readonly sessions: SessionStore;
  readonly replays: ReplayStore;
}

/** Several may want one session at once: the CONNECT that arrived last at the gateway gets it. */
export interface SessionStore {
  /** `expiresAt` in seconds since the epoch, here and below. */
  open(session: RecoverySession, expiresAt: number): Promise<void>;
  /** Strongly consistent. `undefined` when there is none, or it has expired. */
  load(pid: string): Promise<RecoverySession | undefined>;
  /** Answers the session as it is then, unless it is gone or a later CONNECT has claimed it. */
  claim(pid: string, claim: Stamp): Promise<RecoverySession | undefined>;
  /** The socket's connection dropped. Nothing happens when another has the socket by now; the first call counts. */
  park(pid: string, parked: ParkedSocket, expiresAt: number): Promise<void>;
  /** Gives the socket to the connection. `false` when the session is gone, or a later CONNECT has claimed it. */
  resume(
    session: Pick<RecoverySession, "pid" | "connectionId"> & { readonly claim: Stamp },
    expiresAt: number,
  ): Promise<boolean>;
  /** Forgets it, unless another connection has the socket by now. */
  end(session: Pick<RecoverySession, "pid" | "connectionId">): Promise<void>;
}
