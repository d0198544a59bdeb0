import { disconnectSocket } from "../connections/disconnecting";
import type { Session } from "../listeners/session";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";

/**
 * A socket of any connection, changed through the table. That of the session itself keeps its rooms at hand:
 * they follow.
 */
export class StoredSocket {
  readonly #session: Session;
  readonly #record: SocketRecord;

  constructor(session: Session, record: SocketRecord) {
    this.#session = session;
    this.#record = record;
  }

  async join(rooms: readonly string[], stamp: Stamp): Promise<void> {
    await enterRooms(this.#session.services, this.#record, rooms, stamp);
    if (this.#isOwn) for (const room of rooms) this.#session.rooms.add(room);
  }

  async leave(rooms: readonly string[], stamp: Stamp): Promise<void> {
    const { memberships } = this.#session.services;
    await Promise.all(rooms.map((room) => memberships.leave(this.#record, room, stamp)));
    if (this.#isOwn) for (const room of rooms) this.#session.rooms.delete(room);
  }

  async disconnect(close: boolean): Promise<void> {
    const { services, nextStamp } = this.#session;
    if (this.#isOwn) this.#session.isConnected = false;
    await disconnectSocket({ services, nextStamp, record: this.#record }, close);
  }

  get #isOwn(): boolean {
    return this.#record.sid === this.#session.record.sid;
  }
}

/** @throws when the socket would be in more rooms than it may be. */
export async function enterRooms(
  { memberships, limits }: Pick<Services, "memberships" | "limits">,
  record: SocketRecord,
  rooms: readonly string[],
  stamp: Stamp,
): Promise<void> {
  const outcomes = await Promise.all(rooms.map((room) => memberships.join(record, room, stamp)));
  if (!outcomes.includes("full")) return;
  const { connectionId, userId, sid } = record;
  limits.refusals.add("maxRoomsPerSocket", { connectionId, userId });
  throw new Error(`socket ${sid} is in as many rooms as it may be`);
}
