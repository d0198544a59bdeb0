import { handshakeOf } from "../connections/handshake";
import type { RoomTarget } from "../delivery/target";
import { forEachSocket, isLeftToClose } from "../delivery/target-sockets";
import type { Scope } from "../listeners/scope";
import type { SocketRecord } from "../records";
import { assertJoinable } from "../rooms";
import { RemoteSocket } from "./remote-socket";
import { StoredSocket } from "./stored-socket";

type Work = (record: SocketRecord) => Promise<void>;

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
      this.#change((record) => new StoredSocket(session, record).join(rooms, stamp)),
    );
  }

  leave(rooms: readonly string[]): Promise<void> {
    for (const room of rooms) assertJoinable(room);
    const { session } = this.#scope;
    const stamp = session.nextStamp();
    return this.#scope.effect("take sockets out of rooms", () =>
      this.#change((record) => new StoredSocket(session, record).leave(rooms, stamp)),
    );
  }

  disconnect(close: boolean): Promise<void> {
    const { session } = this.#scope;
    return this.#scope.closingEffect("disconnect sockets", () =>
      this.#change((record) => new StoredSocket(session, record).disconnect(close), isLeftToClose),
    );
  }

  /** Who leaves has what was emitted before, and who joins has not. */
  async #change(change: Work, concerns?: typeof isLeftToClose): Promise<void> {
    await this.#scope.delivered();
    await this.#forEach(change, concerns);
  }

  #forEach(work: Work, concerns?: typeof isLeftToClose): Promise<void> {
    const { services } = this.#scope.session;
    const each = async (record: SocketRecord | undefined) => {
      if (record) await work(record);
    };
    return forEachSocket(services, this.#target, each, concerns);
  }
}
