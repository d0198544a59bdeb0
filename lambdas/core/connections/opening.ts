import { encodeOpen } from "../../protocol/engine-io";
import type { Protocol } from "../../protocol/negotiate";
import { reportGone } from "../delivery/delivery-reports";
import { postAll } from "../delivery/posting";
import { greet } from "../delivery/telling";
import type { OpenEvent } from "../internal-events";
import { withDeadline } from "../listeners/deadline";
import type { Services } from "../services";
import { newSid } from "../sid";
import { stampsOf } from "../stamps";
import { connect, connectAs } from "./connecting";
import { abandon } from "./disconnecting";
import { handshakeOf } from "./handshake";
import { newborn } from "./newborn";

/** Hardly any `$connect` takes longer to return. */
const FIRST_TRY_MS = 1_000;

/**
 * To invoke `open` is the last that `$connect` does. A client that is not there by then has left, most probably, and
 * nobody was told: to wait for it keeps a Lambda from others, which leave in turn when there are too few.
 */
const PATIENCE_MS = 3_000;

/**
 * `open`: greets a WebSocket once API Gateway has opened it, which is when `$connect` has returned. Lambda may
 * invoke it again, at any time: what was done by then stays as it is.
 */
export async function open(services: Services, event: OpenEvent): Promise<void> {
  try {
    if (services.clock.now() > newborn(event).newbornUntil) {
      if (await services.liveness.isGreeted(event.connectionId)) return;
      throw new Error("the greeting comes too late");
    }
    await GREETINGS[event.protocol](withDeadline(services), event);
  } catch (error) {
    await abandon(services, event, error);
  }
}

const GREETINGS: Readonly<Record<Protocol, (services: Services, event: OpenEvent) => Promise<void>>> = {
  "socket.io": greetSocketIo,
  json: greetJson,
};

/** The client sends nothing before this packet. */
async function greetSocketIo(services: Services, event: OpenEvent): Promise<void> {
  const { pingIntervalMs, pingTimeoutMs, maxPayloadBytes } = services.settings;
  const packet = encodeOpen({ sid: newSid().slice(1), pingIntervalMs, pingTimeoutMs, maxPayloadBytes });
  if ((await greetIfThere(services, event, packet)) === "there") await noteGreeted(services, event);
}

/**
 * A 410 alone does not say that the client has left; that `$disconnect` removed the connection does. To wait for
 * one that gave up keeps a Lambda from others, who give up in turn when there are too few.
 */
async function greetIfThere(services: Services, event: OpenEvent, packet: string): Promise<"there" | "left"> {
  const recipient = triedFor(FIRST_TRY_MS, services, event);
  const outcome = await postAll(services, recipient, [packet]);
  if (outcome === "gone") {
    if (!(await services.connections.load(event.connectionId))) return "left";
    await greet(services, triedFor(PATIENCE_MS, services, event), [packet]);
  } else if (outcome !== "sent") await reportGone(services, [recipient]);
  return "there";
}

function triedFor(
  ms: number,
  { clock }: Services,
  connection: Pick<OpenEvent, "connectionId" | "connectedAt">,
) {
  const recipient = newborn(connection);
  return { ...recipient, newbornUntil: Math.min(recipient.newbornUntil, clock.now() + ms) };
}

/**
 * Whoever closed the connection before its WebSocket was open could not cut it. Looked at after the greeting: who
 * begins to close it later can.
 */
async function noteGreeted(
  { liveness, gateway }: Services,
  { connectionId }: Pick<OpenEvent, "connectionId">,
): Promise<void> {
  if (!(await liveness.greet(connectionId))) await gateway.close(connectionId);
}

/**
 * A JSON client is connected without asking: as whom the upgrade found it to be, or as nobody where the
 * namespace admits that. Where it does not, the client's first frame is `{auth}`.
 */
async function greetJson(
  services: Services,
  { connectionId, identity, sid, connectedAt }: OpenEvent,
): Promise<void> {
  const [loaded, stored] = await Promise.all([
    services.connections.load(connectionId),
    services.connections.handshake(connectionId),
  ]);
  const definition = services.registry.namespace(loaded?.connection.namespace ?? "");
  if (!loaded || !stored || !definition) return;
  if (loaded.connection.closedFor) return void (await services.gateway.close(connectionId));
  if (loaded.sockets.length > 0 && (await services.liveness.isGreeted(connectionId))) return;
  const request = {
    connection: loaded.connection,
    definition,
    handshake: handshakeOf(stored, {}),
    nextStamp: stampsOf(connectedAt),
    newbornUntil: triedFor(PATIENCE_MS, services, { connectionId, connectedAt }).newbornUntil,
    isFirst: true,
  };
  const outcome = identity
    ? await connectAs(services, request, identity)
    : await connect(services, request, sid);
  if (typeof outcome === "object" && loaded.sockets.some((socket) => socket.sid === sid)) {
    throw new Error("refused when it was asked again, and nobody knows whether the client was told", {
      cause: outcome.refused,
    });
  }
  await noteGreeted(services, { connectionId });
}
