import type { ConnectError, Handshake } from "../api/api";
import type { NamespaceDefinition } from "../api/namespace-definition";
import { greet } from "../delivery/telling";
import { noteAdmission } from "../limits/connection-rate";
import { withinSockets } from "../limits/sockets-per-user";
import { type Call, lifecycleCall, runListeners, unitFor } from "../listeners/listeners";
import { runMiddleware } from "../listeners/middleware";
import { type Admission, Session } from "../listeners/session";
import { DIALECTS } from "../messages/dialects";
import type { ConnectionRecord, SocketRecord, Stamp } from "../records";
import { createRecoverable } from "../recovery/parking";
import { newPid } from "../recovery/pid";
import type { Services } from "../services";
import { newSid } from "../sid";

/** A client's wish to be a socket in a namespace. */
export interface ConnectRequest {
  readonly connection: ConnectionRecord;
  readonly definition: NamespaceDefinition;
  readonly handshake: Handshake;
  readonly nextStamp: () => Stamp;
  /** Where the client was not heard from yet; see `Recipient`. */
  readonly newbornUntil?: number;
  /** The connection has had no socket before. */
  readonly isFirst?: boolean;
}

/** What middleware made of a client before there was a socket. */
export interface Identity extends Admission {
  readonly sid: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly rooms: readonly string[];
}

export interface Refusal {
  readonly refused: ConnectError;
}

/**
 * - `connected`: the socket is there and the client knows.
 * - `exists`: the namespace already has a socket on this connection.
 * - `closed`: the connection closed meanwhile; nothing is left, and nobody waits for an answer.
 */
export type ConnectOutcome = "connected" | "exists" | "closed" | Refusal;

/** Runs the middleware and, when it passes, connects the socket. */
export async function connect(
  services: Services,
  request: ConnectRequest,
  sid?: string,
): Promise<ConnectOutcome> {
  const identity = await withinSockets(services, request, await authenticate(services, request, sid));
  return "refused" in identity ? identity : connectAs(services, request, identity);
}

/** Who the client is, or why it may not be here. */
export async function authenticate(
  services: Services,
  request: ConnectRequest,
  sid = newSid(),
): Promise<Identity | Refusal> {
  const session = sessionFor(services, request, { sid, data: {} });
  const unit = unitFor(session);
  const outcome = await runMiddleware(session, request.definition, unit);
  await unit.end();
  if (!outcome.admitted) return { refused: outcome.error };
  const rooms = [...session.rooms].filter((room) => room !== sid);
  return { ...outcome.admission, sid, rooms, data: session.data.takeChanges() ?? {} };
}

/**
 * Creates the socket and runs its connection listeners. Their joins hold before the client hears that it is
 * connected, and their emits follow that.
 */
export async function connectAs(
  services: Services,
  request: ConnectRequest,
  { rooms, ...identity }: Identity,
): Promise<"connected" | "exists" | "closed"> {
  const canRecover = services.recovery && request.connection.protocol === "socket.io";
  const session = sessionFor(services, request, { ...identity, pid: canRecover ? newPid() : undefined });
  const created = await createRecoverable(services, session.record);
  if (created !== "created") return created;
  await welcome(services, request, session, rooms);
  return "connected";
}

/**
 * Runs the connection listeners of a socket that is there, and tells the client when they have ended. `telling` makes
 * what is done then of the greeting, and may do it earlier, but once.
 */
export async function welcome(
  services: Services,
  request: ConnectRequest,
  session: Session,
  rooms: readonly string[],
  telling: (greeting: () => Promise<void>) => () => Promise<void> = (greeting) => greeting,
): Promise<void> {
  const { connectionId, isProtected } = session.record;
  const unit = unitFor(session);
  const greeting = DIALECTS[session.record.protocol].connected(session.record, services.settings);
  const recipient = { connectionId, isProtected, newbornUntil: request.newbornUntil };
  const { address, issued } = request.handshake;
  unit.hold(telling(() => greet(services, recipient, greeting)));
  try {
    await Promise.all([
      services.liveness.admit(connectionId, session.record.tokenExpiresAt),
      request.isFirst && noteAdmission(services, { address, connectedAt: issued }),
      runListeners(session, unit, connectionCall(request.definition, rooms)),
    ]);
    await unit.release();
  } finally {
    await unit.end();
  }
}

/** Rooms that middleware joined come before those of the listeners. */
function connectionCall(definition: NamespaceDefinition, rooms: readonly string[]): Call {
  const call = lifecycleCall(definition, "connection");
  if (rooms.length === 0) return call;
  return { ...call, listeners: [(socket) => socket.join(rooms), ...call.listeners] };
}

/** A socket that the table does not know yet, with what makes it this one. */
export function sessionFor(
  services: Services,
  { connection, definition, handshake, nextStamp }: ConnectRequest,
  identity: Pick<SocketRecord, "sid" | "data"> & Partial<SocketRecord>,
): Session {
  const { connectionId, protocol, connectedAt, isProtected } = connection;
  const base = { connectionId, protocol, connectedAt, isProtected, namespace: definition.name, rooms: {} };
  return new Session(services, { ...base, ...identity, stamp: nextStamp() }, nextStamp, handshake);
}
