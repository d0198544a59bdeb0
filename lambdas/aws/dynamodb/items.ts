import { CONNECTION_LIFETIME_MS } from "../../core/expiry";
import type {
  ConnectionRecord,
  DisconnectReason,
  Member,
  ReplayedRange,
  SocketRecord,
  Stamp,
  StoredHandshake,
} from "../../core/records";
import type { Protocol } from "../../protocol/negotiate";
import { connectionKey, handshakeKey, type Key, membershipKey, socketKey } from "./keys";
import { type SinceAttributes, sinceAttributes, sinceOf } from "./since-attributes";

export type Expiring = Key & {
  /** Seconds since the epoch: the table's TTL attribute. */
  readonly expiresAt: number;
};

export type ConnectionItem = Expiring & {
  readonly protocol: Protocol;
  readonly namespace?: string;
  readonly connectedAt: number;
  readonly isProtected?: boolean;
  /** Whose turn it is to post a binary packet, and until when at most: milliseconds since the epoch. */
  readonly turnId?: string;
  readonly turnUntil?: number;
  readonly closedFor?: DisconnectReason;
  readonly leftNamespaces?: ReadonlySet<string>;
  /** `ConnectionRate`, item by item: counting adds to one of them. */
  readonly rateFrom?: number;
  readonly rateMessages?: number;
  readonly isUserOver?: boolean;
  /** `Attempts` of the message that was noted last. */
  readonly attemptedSequence?: string;
  readonly attempts?: number;
};

/** Maps are keyed by `mapKey`; what the table never looks into is JSON text. */
export type SocketItem = Expiring & SinceAttributes & SocketFields;

interface SocketFields {
  readonly protocol: Protocol;
  readonly connectedAt: number;
  readonly namespace: string;
  readonly sid: string;
  readonly stamp: Stamp;
  readonly userId?: string;
  readonly claims?: string;
  readonly tokenExpiresAt?: number;
  readonly pid?: string;
  readonly activeFrom?: number;
  readonly replayedAfter?: string;
  readonly replayed?: readonly ReplayedRange[];
  readonly data: Readonly<Record<string, string>>;
  readonly rooms: Readonly<Record<string, Stamp>>;
  /** Tombstones: when the rooms that it is not in any more were left. */
  readonly left: Readonly<Record<string, Stamp>>;
  readonly closedFor?: DisconnectReason;
  /** Milliseconds; when and by which attempt the disconnect listeners were claimed. */
  readonly claimedAt?: number;
  readonly claimId?: string;
  readonly isNew?: boolean;
}

export type MembershipItem = Expiring & {
  readonly connectionId: string;
  readonly protocol: Protocol;
  readonly connectedAt: number;
  readonly stamp: Stamp;
  readonly isProtected?: boolean;
  readonly activeFrom?: number;
  readonly replayedAfter?: string;
  /** Of a recovered socket's, whose stamp may be an earlier connection's: the CONNECT's. */
  readonly broughtBy?: Stamp;
};

export type HandshakeItem = Expiring & { readonly handshake: string };

/**
 * Rooms and the keys of `socket.data` are the app's to choose. With the sign in front `__proto__` is a key
 * like any other to the SDK, which would assign it, and the empty string is one to DynamoDB.
 */
export function mapKey(name: string): string {
  return `=${name}`;
}

/** The reverse of `mapKey`. */
export function mapName(key: string): string {
  return key.slice(1);
}

export function isLive(item: { readonly expiresAt: number }, now: number): boolean {
  return item.expiresAt * 1_000 > now;
}

export function connectionItem(connection: ConnectionRecord): ConnectionItem {
  const { connectionId, leftNamespaces: _none, rate: _, ...rest } = connection;
  return { ...connectionKey(connectionId), ...rest, expiresAt: expiresAt(connection) };
}

export function handshakeItem(connection: ConnectionRecord, handshake: StoredHandshake): HandshakeItem {
  return {
    ...handshakeKey(connection.connectionId),
    handshake: JSON.stringify(handshake),
    expiresAt: expiresAt(connection),
  };
}

export function socketItem(socket: SocketRecord): SocketItem {
  // The connection says whether it is protected.
  const { connectionId, claims, isProtected: _, since: __, ...rest } = socket;
  return {
    ...socketKey(socket),
    ...rest,
    claims: claims && JSON.stringify(claims),
    data: encodeMap(socket.data, (value) => JSON.stringify(value)),
    rooms: encodeMap(socket.rooms, (stamp) => stamp),
    left: {},
    ...sinceAttributes(socket),
    expiresAt: expiresAt(socket),
  };
}

export function membershipItem(socket: SocketRecord, room: string, stamp: Stamp): MembershipItem {
  const { namespace, sid, connectionId, protocol, connectedAt, isProtected, activeFrom, replayedAfter } =
    socket;
  const broughtBy = activeFrom === undefined ? undefined : socket.stamp;
  return {
    ...membershipKey(namespace, room, sid),
    connectionId,
    protocol,
    connectedAt,
    stamp,
    isProtected,
    activeFrom,
    replayedAfter,
    broughtBy,
    expiresAt: expiresAt(socket),
  };
}

export function connectionRecord(connectionId: string, item: ConnectionItem): ConnectionRecord {
  const { protocol, namespace, connectedAt, isProtected, closedFor, leftNamespaces } = item;
  const left = leftNamespaces && [...leftNamespaces];
  const base = { connectionId, protocol, namespace, connectedAt, isProtected, closedFor };
  return { ...base, leftNamespaces: left, rate: rateOf(item) };
}

function rateOf({ rateFrom, rateMessages = 0, isUserOver = false }: ConnectionItem) {
  return rateFrom === undefined ? undefined : { startsAt: rateFrom, messages: rateMessages, isUserOver };
}

export function socketRecord(connectionId: string, item: SocketItem): SocketRecord {
  const { protocol, connectedAt, namespace, sid, stamp, userId, claims, tokenExpiresAt } = item;
  const { pid, activeFrom, replayedAfter, replayed, closedFor, claimedAt, isNew } = item;
  const rooms = decodeMap(item.rooms, (roomStamp) => roomStamp);
  const left = decodeMap(item.left, (leftAt) => leftAt);
  return {
    connectionId,
    protocol,
    connectedAt,
    namespace,
    sid,
    stamp,
    userId,
    claims: claims === undefined ? undefined : JSON.parse(claims),
    tokenExpiresAt,
    data: decodeMap(item.data, (text): unknown => JSON.parse(text)),
    rooms,
    left: Object.keys(left).length === 0 ? undefined : left,
    since: sinceOf(item, Object.keys(rooms)),
    pid,
    activeFrom,
    replayedAfter,
    replayed,
    closedFor,
    claimedAt,
    isNew,
  };
}

export function member(item: MembershipItem): Member {
  const { sk, connectionId, protocol, connectedAt, isProtected, activeFrom, replayedAfter } = item;
  return { sid: sk, connectionId, protocol, connectedAt, isProtected, activeFrom, replayedAfter };
}

export function expiresAt({ connectedAt }: { readonly connectedAt: number }): number {
  return Math.floor((connectedAt + CONNECTION_LIFETIME_MS) / 1_000);
}

function encodeMap<Value>(
  map: Readonly<Record<string, Value>>,
  encode: (value: Value) => string | undefined,
): Record<string, string> {
  const entries = Object.entries(map).map(([name, value]) => [mapKey(name), encode(value)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** `fromEntries` defines keys where an assignment would set `__proto__`. */
function decodeMap<Value>(
  map: Readonly<Record<string, string>>,
  decode: (text: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).map(([key, text]) => [mapName(key), decode(text)]));
}
