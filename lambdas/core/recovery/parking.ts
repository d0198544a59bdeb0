import { CONNECTION_LIFETIME_MS, expirySeconds } from "../expiry";
import type { CreateOutcome } from "../ports";
import type { DisconnectReason, SocketRecord } from "../records";
import type { Services } from "../services";
import { offsetBound } from "./offsets";
import { parkedSocket } from "./parked-socket";
import type { ParkedSocket, Recovery } from "./ports";

type RecoveryServices = Pick<Services, "recovery" | "sockets" | "clock">;

/** Drops that nobody asked for; with the others the client or the app meant what it did. */
const UNASKED: ReadonlySet<DisconnectReason> = new Set(["transport close", "ping timeout"]);

/** A clock that is behind, and a read that takes its time. */
const GRACE_MS = 60_000;

/**
 * Creates the socket, and where its client can recover it, what it is recovered by. It stays new until both are
 * there: of one that is to be cut, since one of them failed, no listener has heard.
 */
export async function createRecoverable(
  { sockets, recovery, clock }: RecoveryServices,
  socket: SocketRecord,
): Promise<CreateOutcome> {
  const { pid, namespace, sid, userId, connectionId } = socket;
  if (!recovery || pid === undefined) return sockets.create(socket);
  // Before there is a membership: what the socket is sent comes later.
  const startOffset = offsetBound(clock.now());
  const session = { pid, namespace, sid, userId, connectionId, startOffset };
  const [created] = await Promise.all([
    sockets.create(socket),
    recovery.sessions.open(session, sessionExpiry(socket, recovery.windowMs)),
  ]);
  if (created === "created" && (await sockets.introduce(socket))) return "created";
  await recovery.sessions.end(session);
  return created === "created" ? "closed" : created;
}

/** When the session of a connected socket is of no use any more, in seconds since the epoch. */
export function sessionExpiry({ connectedAt }: Pick<SocketRecord, "connectedAt">, windowMs: number): number {
  return expirySeconds(connectedAt + CONNECTION_LIFETIME_MS + windowMs + GRACE_MS);
}

/**
 * Before the last traces of a closed socket go: keeps its rooms and data, as the disconnect listeners left
 * them, or forgets the session where the drop was asked for.
 */
export async function parkOrEnd(
  { recovery, clock }: RecoveryServices,
  socket: SocketRecord & { readonly closedFor: DisconnectReason },
): Promise<void> {
  const { pid, connectionId } = socket;
  if (!recovery || pid === undefined) return;
  const isKept = UNASKED.has(socket.closedFor) || isUnfinished(socket);
  if (!isKept) return recovery.sessions.end({ pid, connectionId });
  await park(recovery, pid, socket, clock.now());
}

/** `at`: milliseconds since the epoch. Answers how it found the socket; what somebody else has parked stays. */
export async function park(
  recovery: Recovery,
  pid: string,
  socket: SocketRecord,
  at: number,
): Promise<ParkedSocket> {
  const parked = await parkedSocket(recovery, socket, at);
  await recovery.sessions.park(pid, parked, expirySeconds(at + recovery.windowMs + GRACE_MS));
  return parked;
}

/**
 * Its recovery has not come to its end. Where that is because the Lambda died, the heartbeat cuts a connection that
 * was never admitted; a client that broke the protocol meanwhile looks the same, and is asked who it is once more.
 */
function isUnfinished({ isNew, activeFrom, closedFor }: SocketRecord): boolean {
  return isNew === true && activeFrom !== undefined && closedFor === "forced close";
}
