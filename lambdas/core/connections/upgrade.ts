import { negotiate } from "../../protocol/negotiate";
import type { ConnectError } from "../api/api";
import { EVENT_VERSION } from "../internal-events";
import { isAddressRefused } from "../limits/connection-rate";
import { withinSockets } from "../limits/sockets-per-user";
import { withDeadline } from "../listeners/deadline";
import type { ConnectionRecord, StoredHandshake } from "../records";
import type { Services } from "../services";
import { newSid } from "../sid";
import { stampsOf } from "../stamps";
import { authenticate, type Identity } from "./connecting";
import { handshakeOf, handshakeToStore, type UpgradeRequest } from "./handshake";

/** Announced by clients that bring their token as the next subprotocol: browsers can set no header. */
const SUBPROTOCOL = "roomcast.v1";

/** `status` is all that a refused client sees: API Gateway drops body and headers. */
export interface UpgradeAnswer {
  readonly status: 200 | 400 | 401 | 403 | 404 | 429 | 503;
  readonly subprotocol?: string;
}

/** `$connect`: decides whether a WebSocket may open, remembers it, and has `open` greet it. */
export async function upgrade(all: Services, request: UpgradeRequest): Promise<UpgradeAnswer> {
  const services = withDeadline(all);
  if (!isOriginAllowed(request.headers.origin, services.settings.allowedOrigins)) {
    return refuse(services, request, 403, `origin ${request.headers.origin} is not allowed`);
  }
  const negotiated = negotiate(request.query);
  if ("refused" in negotiated) return refuse(services, request, negotiated.refused, negotiated.hint);
  // What is refused here is counted by its limit; a line for each would be a flood of its own.
  if (await isAddressRefused(services, request)) return { status: 429 };
  const { connectionId, connectedAt } = request;
  const handshake = handshakeToStore(request, services.settings.handshakeHeaders);
  if (negotiated.protocol === "socket.io") {
    // A plain JSON frame is whole by itself, Buffers and all.
    const isProtected = services.registry.hasBinary || undefined;
    await remember(services, { connectionId, connectedAt, protocol: "socket.io", isProtected }, handshake);
    return { status: 200 };
  }
  const connection = {
    connectionId,
    connectedAt,
    protocol: "json",
    namespace: negotiated.namespace,
  } as const;
  return upgradeJson(services, { request, connection, handshake, queryToken: negotiated.token });
}

interface JsonUpgrade {
  readonly request: UpgradeRequest;
  readonly connection: ConnectionRecord & { readonly namespace: string };
  readonly handshake: StoredHandshake;
  readonly queryToken?: string;
}

/** A token at the upgrade is judged here, so that a client without a good one is refused by an HTTP status. */
async function upgradeJson(services: Services, upgrade: JsonUpgrade): Promise<UpgradeAnswer> {
  const { request, connection, handshake, queryToken } = upgrade;
  const definition = services.registry.namespace(connection.namespace);
  if (!definition) return refuse(services, request, 404, `namespace ${connection.namespace} does not exist`);
  const offered = subprotocolsOf(request.headers);
  const subprotocol = offered[0] === SUBPROTOCOL ? SUBPROTOCOL : undefined;
  const token = bearerOf(request.headers) ?? queryToken ?? (subprotocol && offered[1]);
  if (token === undefined) {
    await remember(services, connection, handshake);
    return { status: 200, subprotocol };
  }
  const nextStamp = stampsOf(connection.connectedAt);
  const asking = { connection, definition, handshake: handshakeOf(handshake, { token }), nextStamp };
  const identity = await withinSockets(services, asking, await authenticate(services, asking));
  if ("refused" in identity) {
    return refuse(services, request, statusOf(identity.refused), identity.refused.message);
  }
  await remember(services, connection, handshake, identity);
  return { status: 200, subprotocol };
}

/** Stored before `open` is invoked: nothing is created on a connection that is not there. */
async function remember(
  services: Services,
  connection: ConnectionRecord,
  handshake: StoredHandshake,
  identity?: Identity,
): Promise<void> {
  await services.connections.open(connection, handshake);
  const { connectionId, protocol, connectedAt } = connection;
  const who = identity && { ...identity, rooms: [...identity.rooms] };
  const sid = protocol === "json" && !identity ? newSid() : undefined;
  await services.invoker.open({
    version: EVENT_VERSION,
    connectionId,
    protocol,
    connectedAt,
    identity: who,
    sid,
  });
}

function refuse(
  { log }: Services,
  { connectionId, address }: UpgradeRequest,
  status: Exclude<UpgradeAnswer["status"], 200>,
  hint: string,
): UpgradeAnswer {
  log.warn(`refused a WebSocket with ${status}: ${hint}`, { connectionId, address });
  return { status };
}

/** Middleware may tell "who are you" from "you may not" (`data.status` 403), "too many" (429) and "later" (503). */
function statusOf({ data }: ConnectError): 401 | 403 | 429 | 503 {
  const status = typeof data === "object" && data !== null && "status" in data ? data.status : undefined;
  return status === 403 || status === 429 || status === 503 ? status : 401;
}

function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes("*") || allowed.includes(origin);
}

function bearerOf({ authorization }: Readonly<Record<string, string>>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

function subprotocolsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  const offered = headers["sec-websocket-protocol"]?.split(",") ?? [];
  return offered.map((name) => name.trim());
}
