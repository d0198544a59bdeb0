import { type ConnectRequest, type Identity, sessionFor } from "../connections/connecting";
import type { CreateOutcome } from "../ports";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";
import { sessionExpiry } from "./parking";
import type { ParkedSocket, Recovery, RecoverySession } from "./ports";

/** A socket that was away, and who has come back for it. */
export interface Return {
  readonly session: RecoverySession & { readonly claim: Stamp };
  readonly parked: ParkedSocket;
  readonly identity: Identity;
}

/** The socket as it was, with what middleware has found out and set this time. */
export function returningSocket(
  services: Services,
  request: ConnectRequest,
  { session, parked, identity }: Return,
  { activeFrom, replayedAfter, replayed }: Pick<SocketRecord, "activeFrom" | "replayedAfter" | "replayed">,
): SocketRecord {
  const { sid, pid } = session;
  const { rooms: _joining, data, ...admission } = identity;
  const { rooms, since } = parked;
  const past = { sid, pid, rooms, since, data: { ...parked.data, ...data } };
  const recovered = { activeFrom, replayedAfter, replayed };
  return sessionFor(services, request, { ...admission, ...past, ...recovered }).record;
}

/** Writes the memberships, and gives the socket to the connection. */
export async function place(
  services: Services,
  { sessions, windowMs }: Recovery,
  { pid, claim }: Return["session"],
  record: SocketRecord,
): Promise<CreateOutcome> {
  const { sockets, gateway } = services;
  const { connectionId } = record;
  const created = await sockets.create(record);
  if (created !== "created") return created;
  if (await sessions.resume({ pid, connectionId, claim }, sessionExpiry(record, windowMs))) return "created";
  // The client is on yet another connection by now.
  await sockets.remove(record);
  await gateway.close(connectionId);
  return "closed";
}
