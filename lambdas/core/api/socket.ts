import { disconnectSocket } from "../connections/disconnecting";
import { everyone, without } from "../delivery/target";
import type { Scope } from "../listeners/scope";
import type { Session } from "../listeners/session";
import { assertJoinable, joinable } from "../rooms";
import type { Handshake } from "./api";
import { RuntimeBroadcast } from "./broadcast";
import type { RuntimeNamespace } from "./namespace";
import { type EmitFlags, SocketEmitter } from "./socket-emitter";
import { enterRooms } from "./stored-socket";

/** `Socket` without its event maps: one listener's view of a session. */
export class RuntimeSocket {
  readonly nsp: RuntimeNamespace;
  readonly #session: Session;
  readonly #scope: Scope;
  readonly #emitter: SocketEmitter;
  readonly #flags: EmitFlags;

  constructor(session: Session, nsp: RuntimeNamespace, scope: Scope, flags: EmitFlags = {}) {
    this.#session = session;
    this.nsp = nsp;
    this.#scope = scope;
    this.#flags = flags;
    const emitting = {
      record: session.record,
      scope: () => this.#emitting(),
      isConnected: () => session.isConnected,
    };
    this.#emitter = new SocketEmitter(emitting, flags);
  }

  /** For the middleware that comes with the service. */
  static sessionOf(socket: RuntimeSocket): Session {
    return socket.#session;
  }

  get recovered(): boolean {
    return this.#session.recovered;
  }

  get id(): string {
    return this.#session.record.sid;
  }

  get handshake(): Handshake {
    const { handshake } = this.#session;
    if (handshake) return handshake;
    throw new Error(
      "socket.handshake is there in middleware and connection listeners: keep what later listeners need in socket.data",
    );
  }

  get rooms(): ReadonlySet<string> {
    return this.#session.rooms;
  }

  get connected(): boolean {
    return this.#session.isConnected && this.#session.admission === undefined;
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  get protocol(): "socket.io" | "json" {
    return this.#session.record.protocol;
  }

  get data(): Record<string, unknown> {
    return this.#session.data.value;
  }

  set data(value: Record<string, unknown>) {
    this.#session.data.value = value;
  }

  get userId(): string | undefined {
    return this.#session.admission?.userId ?? this.#session.record.userId;
  }

  set userId(userId: string | undefined) {
    this.#admission("userId").userId = userId;
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    return this.#session.admission?.claims ?? this.#session.record.claims;
  }

  get broadcast(): RuntimeBroadcast {
    const target = without(everyone(this.nsp.name), [this.id]);
    return new RuntimeBroadcast(target, () => this.#emitting(), this.#flags);
  }

  to(room: string | readonly string[]): RuntimeBroadcast {
    return this.broadcast.to(room);
  }

  in(room: string | readonly string[]): RuntimeBroadcast {
    return this.to(room);
  }

  except(room: string | readonly string[]): RuntimeBroadcast {
    return this.broadcast.except(room);
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#emitter.emit(event, ...args);
  }

  emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#emitter.emitWithAck(event, ...args);
  }

  timeout(ms: number): SocketEmitter {
    return this.#emitter.timeout(ms);
  }

  send(...args: unknown[]): this {
    this.emit("message", ...args);
    return this;
  }

  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /** The same socket, whose events are volatile: Socket.IO's is so for the next event only. */
  get volatile(): RuntimeSocket {
    return new RuntimeSocket(this.#session, this.nsp, this.#scope, { isVolatile: true });
  }

  join(room: string | readonly string[]): Promise<void> {
    const joined = joinable(room);
    for (const name of joined) this.#session.rooms.add(name);
    // Before there is a socket, the rooms wait for it: see `connect`.
    if (this.#session.admission) return Promise.resolve();
    const { services, record, nextStamp } = this.#session;
    const stamp = nextStamp();
    return this.#effect("join", () => enterRooms(services, record, joined, stamp));
  }

  leave(room: string): Promise<void> {
    assertJoinable(room);
    this.#session.rooms.delete(room);
    if (this.#session.admission) return Promise.resolve();
    const { services, record, nextStamp } = this.#session;
    const stamp = nextStamp();
    return this.#effect("leave", () => services.memberships.leave(record, room, stamp));
  }

  disconnect(close = false): this {
    if (this.#session.admission) throw new Error("disconnect in middleware: refuse with next(error)");
    this.#session.isConnected = false;
    const session = this.#session;
    this.saveData();
    this.#scope.closingEffect("disconnect", () => disconnectSocket(session, close));
    return this;
  }

  get on(): never {
    throw new Error("socket.on: write io.on(event, (socket, ...args) => …) at the top level of the module");
  }

  /** Writes what changed in `socket.data` before what the listener does next: a client that hears of the next thing finds the data as it was then. */
  saveData(): void {
    // Another listener of the event may still save what a failed one changed.
    if (this.#scope.failure !== undefined || this.#scope.hasEnded) return;
    const changes = this.#session.data.takeChanges();
    if (!changes) return;
    const { services, record } = this.#session;
    this.#scope.effect("save socket.data", () => services.sockets.saveData(record, changes));
  }

  #effect(name: string, run: () => Promise<void>): Promise<void> {
    this.saveData();
    return this.#scope.effect(name, run);
  }

  #emitting(): Scope {
    if (this.#session.admission) {
      throw new Error("emit in middleware: a socket can be sent to, and send, once it is connected");
    }
    this.saveData();
    return this.#scope;
  }

  #admission(property: string): NonNullable<Session["admission"]> {
    if (this.#session.admission) return this.#session.admission;
    throw new Error(`socket.${property} can be set in middleware only`);
  }
}
