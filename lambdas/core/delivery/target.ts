import type { Member, SocketRecord } from "../records";
import { EVERYONE } from "../rooms";

/** Who gets an event: the sockets of the rooms, each once, without those of the excepted rooms. */
export interface RoomTarget {
  readonly kind: "rooms";
  readonly namespace: string;
  readonly rooms: readonly string[];
  readonly except: readonly string[];
}

/** One socket whose connection is known: nothing needs to be looked up. */
export interface SocketTarget {
  readonly kind: "socket";
  readonly socket: SocketRecord;
}

export type Target = RoomTarget | SocketTarget;

/** A socket of which only that is known where it is. Who logs an event for it knows its namespace, too. */
export interface MemberTarget {
  readonly kind: "socket";
  readonly socket: Member & Partial<Pick<SocketRecord, "namespace">>;
}

export function everyone(namespace: string): RoomTarget {
  return { kind: "rooms", namespace, rooms: [EVERYONE], except: [] };
}

/** `io.to("a").to("b")` is a union; without any room it is everyone. */
export function withRooms(target: RoomTarget, rooms: readonly string[]): RoomTarget {
  const chosen = target.rooms.includes(EVERYONE) ? [] : target.rooms;
  return { ...target, rooms: [...chosen, ...rooms] };
}

export function without(target: RoomTarget, rooms: readonly string[]): RoomTarget {
  return { ...target, except: [...target.except, ...rooms] };
}

export function namespaceOf(target: Target): string {
  return target.kind === "rooms" ? target.namespace : target.socket.namespace;
}
