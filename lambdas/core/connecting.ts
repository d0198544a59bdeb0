import type { ConnectError, Handshake } from "./api";
import { greet } from "./delivery";
import { DIALECTS } from "./dialects";
import { type Call, lifecycleCall, runListeners, unitFor } from "./listeners";
import { runMiddleware } from "./middleware";
import type { NamespaceDefinition } from "./namespace-definition";
import type { ConnectionRecord, Stamp } from "./records";
import type { Services } from "./services";
import { type Admission, Session } from "./session";
import { newSid } from "./sid";

/** A client's wish to be a socket in a namespace. */
export interface ConnectRequest {
  readonly connection: ConnectionRecord;
  readonly definition: NamespaceDefinition;
  readonly handshake: Handshake;
  readonly nextStamp: () => Stamp;
  /** Where the client was not heard from yet; see `Recipient`. */
  readonly newbornUntil?: number;
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
export async function connect(services: Services, request: ConnectRequest): Promise<ConnectOutcome> {
  const identity = await authenticate(services, request);
  return "refused" in identity ? identity : connectAs(services, request, identity);
}

/** Who the client is, or why it may not be here. */
export async function authenticate(services: Services, request: ConnectRequest): Promise<Identity | Refusal> {
  const session = sessionFor(services, request, { sid: newSid(), data: {} });
  const unit = unitFor(session);
  const outcome = await runMiddleware(session, request.definition, unit);
  await unit.end();
  if (!outcome.admitted) return { refused: outcome.error };
  const { sid } = session.record;
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
  const session = sessionFor(services, request, identity);
  const { isProtected, connectionId } = session.record;
  if (isProtected && !request.connection.isProtected) await services.turns.protect(connectionId);
  const created = await services.sockets.create(session.record);
  if (created !== "created") return created;
  const unit = unitFor(session);
  const greeting = DIALECTS[session.record.protocol].connected(session.record, services.settings);
  const recipient = { connectionId, isProtected, newbornUntil: request.newbornUntil };
  unit.hold(() => greet(services, recipient, greeting));
  try {
    await Promise.all([
      services.liveness.admit(connectionId, session.record.tokenExpiresAt),
      runListeners(session, unit, connectionCall(request.definition, rooms)),
    ]);
    await unit.release();
  } finally {
    await unit.end();
  }
  return "connected";
}

/** Rooms that middleware joined come before those of the listeners. */
function connectionCall(definition: NamespaceDefinition, rooms: readonly string[]): Call {
  const call = lifecycleCall(definition, "connection");
  if (rooms.length === 0) return call;
  return { ...call, listeners: [(socket) => socket.join(rooms), ...call.listeners] };
}

function sessionFor(
  services: Services,
  { connection, definition, handshake, nextStamp }: ConnectRequest,
  identity: Omit<Identity, "rooms">,
): Session {
  const { connectionId, protocol, connectedAt } = connection;
  // A plain JSON frame is whole by itself, Buffers and all.
  const isProtected = connection.isProtected || (definition.isBinary && protocol === "socket.io");
  const base = { connectionId, protocol, connectedAt, isProtected, namespace: definition.name, rooms: {} };
  return new Session(services, { ...base, ...identity, stamp: nextStamp() }, nextStamp, handshake);
}
