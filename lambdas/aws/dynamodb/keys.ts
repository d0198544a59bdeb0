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

export function seenKey(key: string): Key {
  return { pk: `SEEN#${key}`, sk: "SEEN" };
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

/** FNV-1a: short, and even over ids of any kind. */
export function shardOf(id: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % shards;
}
