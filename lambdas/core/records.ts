import type { Protocol } from "../protocol/negotiate";

export type DisconnectReason =
  | "client namespace disconnect"
  | "server namespace disconnect"
  | "transport close"
  | "ping timeout"
  | "forced close";

/**
 * Orders the joins and leaves of one room by their arrival at the gateway: `<requestTimeEpoch>-<random>-<n>`,
 * fixed widths, so that strings compare as they should.
 */
export type Stamp = string;

/** What `$connect` keeps of a WebSocket. Times in ms since the epoch unless the name says otherwise. */
export interface ConnectionRecord {
  readonly connectionId: string;
  readonly protocol: Protocol;
  /** The one namespace of a plain JSON WebSocket; Socket.IO chooses namespaces by CONNECT packets. */
  readonly namespace?: string;
  readonly connectedAt: number;
  /** See `Recipient`. */
  readonly isProtected?: boolean;
  /** Set by the first that decides to close it. Who creates something afterwards undoes it. */
  readonly closedFor?: DisconnectReason;
  /** Namespaces whose socket went before the connection: packets for them may still be on their way. */
  readonly leftNamespaces?: readonly string[];
  readonly rate?: ConnectionRate;
}

/** What a connection sent in the latest window that anything was counted in; for some of its messages others count. */
export interface ConnectionRate {
  readonly startsAt: number;
  readonly messages: number;
  /** All connections of its user together sent too much. */
  readonly isUserOver: boolean;
}

/** One socket: one connection in one namespace. */
export interface SocketRecord {
  readonly connectionId: string;
  readonly protocol: Protocol;
  readonly connectedAt: number;
  readonly namespace: string;
  /** `@` and 20 random characters. */
  readonly sid: string;
  /** When the socket's CONNECT arrived; its base rooms carry it. */
  readonly stamp: Stamp;
  readonly userId?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The token's `exp`, seconds since the epoch. */
  readonly tokenExpiresAt?: number;
  /** `socket.data`, JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The rooms that the app joined; the base rooms follow from sid and userId. */
  readonly rooms: Readonly<Record<string, Stamp>>;
  /** When it left rooms, the latest at least. A leave that failed half-way may have let its membership be. */
  readonly left?: Readonly<Record<string, Stamp>>;
  /**
   * Since when the socket is in a room whose stamp does not say so: it was joined again, with no leave in between, or
   * not at once (see `joinedSince`). It outlasts recoveries.
   */
  readonly since?: Readonly<Record<string, Stamp>>;
  /** Of its connection; see `Recipient`. */
  readonly isProtected?: boolean;
  /** By which its client recovers it on another connection; its secret, and the client's. */
  readonly pid?: string;
  /** Of a socket that was recovered; see `Member`. */
  readonly activeFrom?: number;
  readonly replayedAfter?: string;
  /** What its client has got from the logs, in recoveries before this one. */
  readonly replayed?: readonly ReplayedRange[];
  /** Set by the first that decides to close it: it takes no more packets, and its listeners are owed. */
  readonly closedFor?: DisconnectReason;
  /** When its listeners were claimed, by who is to remove it. Milliseconds since the epoch. */
  readonly claimedAt?: number;
  /** `SocketStore.create` has not answered that it is there: no listener has heard of it. */
  readonly isNew?: boolean;
}

/** Events of a socket with offsets behind `after`, that of `upTo` included. */
export interface ReplayedRange {
  readonly after: string;
  readonly upTo: string;
}

/** What the heartbeat knows of a connection. Times in ms since the epoch unless the name says otherwise. */
export interface Liveness {
  readonly connectionId: string;
  readonly protocol: Protocol;
  readonly connectedAt: number;
  /** When `open` greeted it: the client's time begins then, and nothing may come before. */
  readonly greetedAt?: number;
  /** Absent until it has a socket. */
  readonly admittedAt?: number;
  readonly pingedAt?: number;
  /** When the client answered; the next ping removes it. */
  readonly seen?: number;
  /** Seconds since the epoch. The earliest of its sockets' tokens, or earlier than that. */
  readonly tokenExpiresAt?: number;
  /** When its closing began, or was last begun again. */
  readonly closedAt?: number;
}

/** Everything that a packet needs, from one bounded, strongly consistent Query. */
export interface LoadedConnection {
  readonly connection: ConnectionRecord;
  readonly sockets: readonly SocketRecord[];
}

/** Where to post to. */
export interface Recipient {
  readonly connectionId: string;
  /** Its app has a namespace that declares `binary`: no packet may come between the frames of a binary one. */
  readonly isProtected?: boolean;
  /**
   * Until then a 410 may mean that API Gateway has not opened the WebSocket yet, and is tried again.
   * Milliseconds since the epoch; absent where the client has been heard from.
   */
  readonly newbornUntil?: number;
  /** Cut, its client comes back and catches up on events. */
  readonly catchesUp?: boolean;
}

/** A socket as the rooms know it. */
export interface Member {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly sid: string;
  readonly protocol: Protocol;
  /** As a recipient's. */
  readonly isProtected?: boolean;
  /**
   * Of a socket that was recovered: what was emitted before, it is sent from the log. Milliseconds since the
   * epoch, and at first a moment ahead.
   */
  readonly activeFrom?: number;
  /** The offset behind which it is sent the log: what is up to it, and not posted yet, is not among that. */
  readonly replayedAfter?: string;
}

/** `socket.handshake`, with neither tokens nor cookies; `auth` comes with CONNECT and is never stored. */
export interface StoredHandshake {
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly address: string;
  readonly url: string;
  readonly issued: number;
  readonly secure: boolean;
  readonly xdomain: boolean;
}
