import { handshakeOf } from "./handshake";
import type { SocketRecord } from "./records";
import { RemoteSocket } from "./remote-socket";
import { assertJoinable } from "./rooms";
import type { Scope } from "./scope";
import { StoredSocket } from "./stored-socket";
import type { RoomTarget } from "./target";
import { forEachSocket } from "./target-sockets";

/**
 * The sockets that a target names, wherever their connections are handled: operations on them act through
 * the table, in the order of the listener's calls.
 */
export class SocketGroup {
  readonly #scope: Scope;
  readonly #target: RoomTarget;

  constructor(scope: Scope, target: RoomTarget) {
    this.#scope = scope;
    this.#target = target;
  }

  async fetch(): Promise<RemoteSocket[]> {
    const { connections } = this.#scope.session.services;
    const sockets: RemoteSocket[] = [];
    await this.#scope.effect("fetch sockets", () =>
      this.#forEach(async (record) => {
        const stored = await connections.handshake(record.connectionId);
        if (stored) sockets.push(new RemoteSocket(this.#scope, record, handshakeOf(stored, {})));
      }),
    );
    return sockets;
  }

  join(rooms: readonly string[]): Promise<void> {
    for (const room of rooms) assertJoinable(room);
    const { session } = this.#scope;
    const stamp = session.nextStamp();
    return this.#scope.effect("join sockets", () =>
      this.#forEach((record) => new StoredSocket(session, record).join(rooms, stamp)),
    );
  }

  leave(rooms: readonly string[]): Promise<void> {
    for (const room of rooms) assertJoinable(room);
    const { session } = this.#scope;
    const stamp = session.nextStamp();
    return this.#scope.effect("take sockets out of rooms", () =>
      this.#forEach((record) => new StoredSocket(session, record).leave(rooms, stamp)),
    );
  }

  disconnect(close: boolean): Promise<void> {
    const { session } = this.#scope;
    return this.#scope.closingEffect("disconnect sockets", () =>
      this.#forEach((record) => new StoredSocket(session, record).disconnect(close)),
    );
  }

  #forEach(work: (record: SocketRecord) => Promise<void>): Promise<void> {
    const { services } = this.#scope.session;
    return forEachSocket(services, this.#target, async (record) => {
      if (record) await work(record);
    });
  }
}
