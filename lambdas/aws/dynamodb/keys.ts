import { shardOf } from "../../core/heartbeat/shards";
import { EVERYONE } from "../../core/rooms";

/** The primary key of every item: a type, so that it also fits where the SDK wants an index signature. */
export type Key = { readonly pk: string; readonly sk: string };

/**
 * Everyone in a namespace is one room, and one partition takes 1,000 writes a second: spread over 16 it
 * takes more connects than an account may have.
 */
export const EVERYONE_SHARDS = 16;

/** All of a connection but its handshake, which sorts behind: what one packet needs. */
export const FIRST_OF_CONNECTION = "CONN";
export const LAST_OF_CONNECTION = "SOCK#~";

/** Sorts before all that: only who asks for the parts of binary packets meets them. */
export const FIRST_OF_PARTS = "BIN#";

export function connectionPartition(connectionId: string): string {
  return `CONN#${connectionId}`;
}

export function connectionKey(connectionId: string): Key {
  return { pk: connectionPartition(connectionId), sk: FIRST_OF_CONNECTION };
}

export function socketKey(socket: { readonly connectionId: string; readonly namespace: string }): Key {
  return { pk: connectionPartition(socket.connectionId), sk: `SOCK#${encodeURIComponent(socket.namespace)}` };
}

export function partKey(connectionId: string, id: string): Key {
  return { pk: connectionPartition(connectionId), sk: `${FIRST_OF_PARTS}${id}` };
}

export function isPart({ sk }: Key): boolean {
  return sk.startsWith(FIRST_OF_PARTS);
}

export function idOfPart({ sk }: Key): string {
  return sk.slice(FIRST_OF_PARTS.length);
}

export function handshakeKey(connectionId: string): Key {
  return { pk: connectionPartition(connectionId), sk: "ZHAND" };
}

export function membershipKey(namespace: string, room: string, sid: string): Key {
  const partition = roomPartition(namespace, room);
  return {
    pk: room === EVERYONE ? shardPartition(partition, shardOf(sid, EVERYONE_SHARDS)) : partition,
    sk: sid,
  };
}

export function ackPartition(id: number): string {
  return `ACK#${id}`;
}

export function ackKey(id: number, sid: string): Key {
  return { pk: ackPartition(id), sk: sid };
}

/** Beside the room's members: a partition of its own, since each takes a thousand writes a second. */
export function logPartition(namespace: string, room: string): string {
  return `LOG#${encodeURIComponent(namespace)}#${room}`;
}

export function logKey(namespace: string, room: string, offset: string): Key {
  return { pk: logPartition(namespace, room), sk: offset };
}

export function undeliveredPartition(connectionId: string): string {
  return `MISS#${connectionId}`;
}

/** No sid holds a `#`, so a socket's are all that lies between these. */
export function undeliveredRange(sid: string): readonly [string, string] {
  return [`${sid}#`, `${sid}#~`];
}

export function undeliveredKey(event: {
  readonly connectionId: string;
  readonly sid: string;
  readonly offset: string;
}): Key {
  return { pk: undeliveredPartition(event.connectionId), sk: `${event.sid}#${event.offset}` };
}

export function sessionKey(pid: string): Key {
  return { pk: `SESS#${pid}`, sk: "SESS" };
}

export function replayPartition(connectionId: string): string {
  return `REPLAY#${connectionId}`;
}

/** Of one user or address, in one window of time. */
export function windowKey(window: {
  readonly of: string;
  readonly id: string;
  readonly startsAt: number;
}): Key {
  return { pk: `RATE#${window.of}#${window.id}`, sk: String(window.startsAt) };
}

export function seenKey(key: string): Key {
  return { pk: `SEEN#${key}`, sk: "SEEN" };
}

/** One large delivery: its shares, and what did not fit into the events between its workers. */
export function deliveryPartition(deliveryId: string): string {
  return `DELIVERY#${deliveryId}`;
}

export const FIRST_OF_SHARES = "SHARE#";
export const LAST_OF_SHARES = "SHARE#~";

export function shareKey(share: { readonly deliveryId: string; readonly index: number }): Key {
  return { pk: deliveryPartition(share.deliveryId), sk: `${FIRST_OF_SHARES}${fixedWidth(share.index)}` };
}

export function deliveryContentKey(deliveryId: string, part: number): Key {
  return { pk: deliveryPartition(deliveryId), sk: `CONTENT#${fixedWidth(part)}` };
}

/** Sorts as the numbers do. */
function fixedWidth(index: number): string {
  return String(index).padStart(4, "0");
}

/** The partitions that together hold a room's members. */
export function roomPartitions(namespace: string, room: string): readonly string[] {
  const partition = roomPartition(namespace, room);
  if (room !== EVERYONE) return [partition];
  return Array.from({ length: EVERYONE_SHARDS }, (_, shard) => shardPartition(partition, shard));
}

/** An encoded namespace holds no `#`, so no name of a room makes it another namespace's. */
function roomPartition(namespace: string, room: string): string {
  return `ROOM#${encodeURIComponent(namespace)}#${room}`;
}

function shardPartition(partition: string, shard: number): string {
  return `${partition}#${shard}`;
}
