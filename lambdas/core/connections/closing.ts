import type { NamespaceDefinition } from "../api/namespace-definition";
import { forEachConcurrently } from "../concurrency";
import type { DisconnectEvent } from "../internal-events";
import { lifecycleCall, runListeners, unitFor } from "../listeners/listeners";
import { Session } from "../listeners/session";
import type { DisconnectReason, LoadedConnection, SocketRecord } from "../records";
import { parkOrEnd } from "../recovery/parking";
import type { Services } from "../services";
import { stampsOf } from "../stamps";
import { orCut } from "./cutting";
import { mayStillOpen } from "./newborn";

type ClosedSocket = SocketRecord & { readonly closedFor: DisconnectReason };

/** Each may run listeners for as long as a packet's may. */
const MAX_CONCURRENT_CONNECTIONS = 20;

/**
 * `disconnect`: the only place where disconnect listeners run, once for each socket, and where its traces
 * are removed. Repeating it, in whole or after a crash half-way, is harmless.
 */
export async function disconnect(services: Services, event: DisconnectEvent): Promise<void> {
  await forEachConcurrently(event.connections, MAX_CONCURRENT_CONNECTIONS, async ({ connectionId, sid }) => {
    try {
      if (sid === undefined) await closeWhole(services, connectionId, event);
      else await closeOne(services, { connectionId, sid }, event);
    } catch (error) {
      services.log.error("a connection could not be cleaned up", { connectionId, error });
      // Lambda invokes again; what is done by then costs a look.
      throw error;
    }
  });
}

/** Nobody repeats a `$disconnect` that failed: it is queued for another invocation, which Lambda repeats. */
export async function disconnectOrQueue(services: Services, event: DisconnectEvent): Promise<void> {
  try {
    await disconnect(services, event);
  } catch {
    await services.invoker.disconnect(event);
  }
}

async function closeWhole(
  services: Services,
  connectionId: string,
  { reason, cut }: Pick<DisconnectEvent, "reason" | "cut">,
): Promise<void> {
  const mark = () => services.connections.close(connectionId, reason);
  const loaded = cut ? await orCut(services, connectionId, mark) : await mark();
  if (!loaded) return;
  if (cut && (await services.gateway.close(connectionId)) === "gone" && mayBeUnborn(services, loaded)) return;
  const holds = loaded.connection.closedFor ?? reason;
  const closed = await Promise.allSettled(
    loaded.sockets.map((socket) => closeSocket(services, socket, socket.closedFor ?? holds)),
  );
  const failed = closed.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  const isAllOurs = closed.every((outcome) => outcome.status === "fulfilled" && outcome.value);
  if (isAllOurs || (await isEmpty(services, connectionId))) await services.connections.remove(connectionId);
}

/** Whoever is at one of the sockets still looks when it is done. Its own CONNECT does not: it only undoes. */
async function isEmpty({ connections }: Services, connectionId: string): Promise<boolean> {
  const left = await connections.load(connectionId);
  return left?.sockets.length === 0;
}

/**
 * Its client may be let in yet, by a `$connect` that still runs, and would hear nothing for good if no trace were
 * left: `open` cuts what it finds closing, `$disconnect` comes if nobody was there, and the heartbeat comes back.
 */
function mayBeUnborn({ clock }: Services, { connection, sockets }: LoadedConnection): boolean {
  const isHeardFrom =
    connection.protocol === "socket.io" && (sockets.length > 0 || connection.leftNamespaces !== undefined);
  return !isHeardFrom && mayStillOpen(connection, clock.now());
}

async function closeOne(
  services: Services,
  { connectionId, sid }: { connectionId: string; sid: string },
  { reason }: DisconnectEvent,
): Promise<void> {
  const loaded = await services.connections.load(connectionId);
  const socket = loaded?.sockets.find((candidate) => candidate.sid === sid);
  if (!socket) return;
  await services.connections.leave(connectionId, socket.namespace);
  if (!(await closeSocket(services, socket, reason))) return;
  // Who closed the connection meanwhile found this socket taken, and left the rest to us.
  const left = await services.connections.load(connectionId);
  if (left?.connection.closedFor) await closeWhole(services, connectionId, { reason, cut: false });
}

/** Answers whether the socket is gone: not when another invocation is about it. */
async function closeSocket(
  services: Services,
  socket: SocketRecord,
  reason: DisconnectReason,
): Promise<boolean> {
  const claimed = await services.sockets.claim(socket, reason);
  if (!claimed) return false;
  const definition = claimed.isNew ? undefined : services.registry.namespace(claimed.namespace);
  const last = definition ? await runDisconnectListeners(services, definition, claimed) : claimed;
  await parkOrEnd(services, last);
  await services.sockets.remove(claimed, definition !== undefined);
  return true;
}

/**
 * `disconnecting` still sees the rooms, `disconnect` does not, and what it emits does not go to the socket, as in
 * Socket.IO: else each of many that drop at once would be told of all others. Answers the socket as they left it.
 */
async function runDisconnectListeners(
  services: Services,
  definition: NamespaceDefinition,
  record: ClosedSocket,
): Promise<ClosedSocket> {
  const session = new Session(services, record, stampsOf(services.clock.now()));
  session.isConnected = false;
  const unit = unitFor(session);
  await runListeners(session, unit, lifecycleCall(definition, "disconnecting", record.closedFor));
  const left = withoutLeft(record, session.rooms);
  session.rooms.clear();
  await services.memberships.leaveAll(record);
  await runListeners(session, unit, lifecycleCall(definition, "disconnect", record.closedFor));
  await unit.end();
  return { ...left, data: session.data.value };
}

/** What `disconnecting` listeners joined, it was not in any more. */
function withoutLeft(record: ClosedSocket, names: ReadonlySet<string>): ClosedSocket {
  const still = (stamps: SocketRecord["rooms"]) =>
    Object.fromEntries(Object.entries(stamps).filter(([room]) => names.has(room)));
  return { ...record, rooms: still(record.rooms), since: record.since && still(record.since) };
}
