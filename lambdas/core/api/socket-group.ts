import { handshakeOf } from "../connections/handshake";
import type { RoomTarget } from "../delivery/target";
import { forEachSocket } from "../delivery/target-sockets";
import type { Scope } from "../listeners/scope";
import type { SocketRecord } from "../records";
import { assertJoinable } from "../rooms";
import { RemoteSocket } from "./remote-socket";
import { StoredSocket } from "./stored-socket";

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
