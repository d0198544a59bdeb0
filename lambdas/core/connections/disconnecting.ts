import { postAll } from "../delivery/posting";
import { EVENT_VERSION } from "../internal-events";
import type { Session } from "../listeners/session";
import { DIALECTS } from "../messages/dialects";
import type { Invoker, SocketStore } from "../ports";
import type { ConnectionRecord, DisconnectReason, SocketRecord, Stamp } from "../records";
import type { OperationServices } from "../services";

/** `socket.disconnect()`: the client is told, and `disconnect` runs the listeners. */
export async function disconnectSocket(
  session: Pick<Session, "record" | "nextStamp"> & { readonly services: OperationServices },
  close: boolean,
): Promise<void> {
  const { services, record } = session;
  const reason = "server namespace disconnect";
  if (!(await leaveNamespace(services, record, { reason, stamp: session.nextStamp() }))) return;
  const dialect = DIALECTS[record.protocol];
  await postAll(services, record, dialect.disconnected(record.namespace, reason));
  if (close || dialect.closesWithItsSocket) await closeConnection(services, record, reason);
}

/**
 * Closes one socket; its connection stays. Answers whether this call did it: not when the socket is gone,
 * or its CONNECT arrived after the packet that asks to leave (`stamp`).
 */
export async function leaveNamespace(
  services: { readonly sockets: Pick<SocketStore, "close">; readonly invoker: Pick<Invoker, "disconnect"> },
  socket: SocketRecord,
  { reason, stamp }: { reason: DisconnectReason; stamp: Stamp },
): Promise<boolean> {
  if ((await services.sockets.close(socket, reason, stamp)) !== "closed") return false;
  const { connectionId, sid } = socket;
  await services.invoker.disconnect({
    version: EVENT_VERSION,
    connections: [{ connectionId, sid }],
    reason,
    cut: false,
  });
  return true;
}

/**
 * Closes a WebSocket and everything on it. The mark comes first, so that this reason is the one that
 * listeners see, whoever comes to run them: `$disconnect`, or our own invocation should it stay away.
 */
export async function closeConnection(
  services: OperationServices,
  { connectionId }: Pick<ConnectionRecord, "connectionId">,
  reason: DisconnectReason,
): Promise<void> {
  if (!(await services.connections.close(connectionId, reason))) return;
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
 * the table, which may be what failed; `$disconnect` removes what there is.
 */
export async function abandon(
  { gateway, log }: Pick<OperationServices, "gateway" | "log">,
  { connectionId }: Pick<ConnectionRecord, "connectionId">,
  error: unknown,
): Promise<void> {
  log.error("a client could not be connected, and is cut", { connectionId, error });
  await gateway.close(connectionId);
}
