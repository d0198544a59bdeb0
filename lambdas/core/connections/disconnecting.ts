import { postAll } from "../delivery/posting";
import { EVENT_VERSION } from "../internal-events";
import type { Session } from "../listeners/session";
import { DIALECTS } from "../messages/dialects";
import type { Invoker } from "../ports";
import type { ConnectionRecord, DisconnectReason, LoadedConnection, SocketRecord, Stamp } from "../records";
import type { OperationServices, PostServices } from "../services";
import { orCut } from "./cutting";
import { handOver, handOverSocket } from "./handing-over";

const REASON = "server namespace disconnect";

/**
 * `socket.disconnect()`: the client is told, and `disconnect` runs the listeners. Repeating it finishes what
 * broke off.
 *
 * @throws what the table, API Gateway or Lambda failed with; the connection is closed then.
 */
export async function disconnectSocket(
  session: Pick<Session, "record" | "nextStamp"> & { readonly services: OperationServices },
  close: boolean,
): Promise<void> {
  const { services, record } = session;
  if ((await services.sockets.close(record, REASON, session.nextStamp())) !== "closed") return;
  await orClose(services, record, async () => {
    if (!close && !DIALECTS[record.protocol].closesWithItsSocket) return seeOff(services, record, REASON);
    await closeConnection(services, record, REASON, async (loaded) => {
      await tellAll(services, record, loaded);
      await handOverSocket(services, record, REASON);
    });
  });
}

/**
 * A client leaves a namespace; its connection stays. Nothing happens when the socket is gone, or its CONNECT
 * arrived after the packet that asks to leave (`stamp`).
 *
 * @throws as `disconnectSocket`
 */
export async function leaveNamespace(
  services: Pick<OperationServices, "connections" | "sockets" | "invoker" | "gateway">,
  socket: SocketRecord,
  { reason, stamp }: { reason: DisconnectReason; stamp: Stamp },
): Promise<void> {
  if ((await services.sockets.close(socket, reason, stamp)) !== "closed") return;
  await orClose(services, socket, () => handOverSocket(services, socket, reason));
}

/**
 * What follows once a socket is marked closed. A client that may not have heard it would take itself for
 * connected: it is cut, and comes again. `disconnect` comes after the post, since it removes the socket: until
 * then, whoever repeats this finds it.
 */
export async function seeOff(
  services: PostServices,
  socket: SocketRecord,
  reason: DisconnectReason,
): Promise<void> {
  if ((await postAll(services, socket, farewell(socket, reason))) === "sent") {
    await handOverSocket(services, socket, reason);
  } else {
    // The other namespaces lose their connection, and this one has its reason in its mark.
    await handOver(services, new Map([[socket.connectionId, "transport close"]]));
  }
}

/**
 * Closes a WebSocket and everything on it. The mark comes first, so that this reason is the one that
 * listeners see, whoever comes to run them: `$disconnect`, or our own invocation should it stay away.
 * `beforehand` is called behind the mark.
 */
export async function closeConnection(
  services: OperationServices,
  { connectionId }: Pick<ConnectionRecord, "connectionId">,
  reason: DisconnectReason,
  beforehand: (loaded: LoadedConnection) => Promise<void> = async () => {},
): Promise<void> {
  const loaded = await orCut(services, connectionId, () => services.connections.close(connectionId, reason));
  if (!loaded) return;
  await beforehand(loaded);
  // The invocation first: it is durable, and cuts what is still there should the rest of this fail.
  await services.invoker.disconnect({
    version: EVENT_VERSION,
    connections: [{ connectionId }],
    reason,
    cut: true,
  });
  await services.gateway.close(connectionId);
}

/**
 * Gives up on a client that waits for an answer which we cannot give: it will come again. Nothing is asked of
 * the table, which may be what failed; `$disconnect` removes what there is. Where API Gateway refuses, `disconnect`
 * tries again.
 */
export async function abandon(
  services: Pick<OperationServices, "gateway" | "log"> & { readonly invoker: Pick<Invoker, "disconnect"> },
  { connectionId }: Pick<ConnectionRecord, "connectionId">,
  error: unknown,
): Promise<void> {
  services.log.error("a client could not be connected, and is cut", { connectionId, error });
  try {
    await services.gateway.close(connectionId);
  } catch {
    await handOver(services, new Map([[connectionId, "transport close"]]));
  }
}

/**
 * A socket that is marked takes no packets and has no listeners yet. Should what owes it those fail, the
 * connection goes: `$disconnect` follows, or the heartbeat, which the connection's own mark brings.
 */
async function orClose(
  { connections, gateway }: Pick<OperationServices, "connections" | "gateway">,
  { connectionId }: SocketRecord,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    await Promise.allSettled([
      connections.close(connectionId, "transport close"),
      gateway.close(connectionId),
    ]);
    throw error;
  }
}

/** Each namespace, as Socket.IO's server does: a client comes back by itself to one that it only saw drop. */
async function tellAll(
  services: PostServices,
  record: SocketRecord,
  { sockets }: LoadedConnection,
): Promise<void> {
  const leaving = sockets.filter(({ sid, closedFor }) => sid === record.sid || !closedFor);
  for (const socket of leaving) await postAll(services, socket, farewell(socket, REASON));
}

/** None for a client that left by itself: it may be connecting again, and would take this for the answer. */
function farewell({ protocol, namespace, closedFor }: SocketRecord, reason: DisconnectReason) {
  const hasLeft = closedFor === "client namespace disconnect";
  return hasLeft ? [] : DIALECTS[protocol].disconnected(namespace, reason);
}
