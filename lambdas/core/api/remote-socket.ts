import type { Scope } from "../listeners/scope";
import type { SocketRecord } from "../records";
import { assertJoinable, joinable } from "../rooms";
import type { Handshake } from "./api";
import { SocketEmitter } from "./socket-emitter";
import { StoredSocket } from "./stored-socket";

/** `RemoteSocket` without its event maps: another connection's socket, as it was when it was fetched. */
export class RemoteSocket {
  readonly rooms: ReadonlySet<string>;
  readonly handshake: Handshake;
  readonly #scope: Scope;
  readonly #record: SocketRecord;
  readonly #emitter: SocketEmitter;

  constructor(scope: Scope, record: SocketRecord, handshake: Handshake) {
    this.rooms = new Set([record.sid, ...Object.keys(record.rooms)]);
    this.handshake = handshake;
    this.#scope = scope;
    this.#record = record;
    this.#emitter = new SocketEmitter({ record, scope: () => scope, isConnected: () => true });
  }

  get id(): string {
    return this.#record.sid;
  }

  get data(): Readonly<Record<string, unknown>> {
    return this.#record.data;
  }

  get userId(): string | undefined {
    return this.#record.userId;
  }

  timeout(ms: number): SocketEmitter {
    return this.#emitter.timeout(ms);
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#emitter.emit(event, ...args);
  }

  emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#emitter.emitWithAck(event, ...args);
  }

  join(room: string | readonly string[]): Promise<void> {
    const rooms = joinable(room);
    const stamp = this.#scope.session.nextStamp();
    return this.#scope.effect("join", () => this.#change((stored) => stored.join(rooms, stamp)));
  }

  leave(room: string): Promise<void> {
    assertJoinable(room);
    const stamp = this.#scope.session.nextStamp();
    return this.#scope.effect("leave", () => this.#change((stored) => stored.leave([room], stamp)));
  }

  disconnect(close = false): this {
    this.#scope.closingEffect("disconnect", () => this.#change((stored) => stored.disconnect(close)));
    return this;
  }

  /** Who leaves has what was emitted before, and who joins has not. */
  async #change(change: (stored: StoredSocket) => Promise<void>): Promise<void> {
    await this.#scope.delivered();
    await change(new StoredSocket(this.#scope.session, this.#record));
  }
}
