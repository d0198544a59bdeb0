import { forEachConcurrently } from "../concurrency";
import type { Member, SocketRecord } from "../records";
import type { OperationServices } from "../services";
import { findMembers } from "./delivery";
import type { RoomTarget } from "./target";

/** Each is a handful of DynamoDB requests. */
const MAX_CONCURRENT_SOCKETS = 50;

/** A claim of a socket lapses after as long: see `SocketStore.claim`. */
const CLAIM_MS = 60_000;

/** Which sockets an operation is for, of those whose connection is open. Milliseconds since the epoch. */
type Concerns = (record: SocketRecord, now: number) => boolean;

export const isOpen: Concerns = ({ closedFor }) => closedFor === undefined;

/** Also one that is marked closed and that nobody is about: whoever marked it may have crashed. */
export const isLeftToClose: Concerns = (record, now) =>
  isOpen(record, now) || (record.claimedAt ?? Number.NEGATIVE_INFINITY) < now - CLAIM_MS;

/**
 * Calls `work` for each socket of a target, as the table has it; with nothing for one that is not concerned,
 * as it has closed since.
 */
export async function forEachSocket(
  services: OperationServices,
  target: RoomTarget,
  work: (record: SocketRecord | undefined) => Promise<void>,
  concerns = isOpen,
): Promise<void> {
  const members = await findMembers(services, target);
  await forEachConcurrently(members, MAX_CONCURRENT_SOCKETS, async (member) => {
    const record = await load(services, member);
    await work(record && concerns(record, services.clock.now()) ? record : undefined);
  });
}

async function load(services: OperationServices, { connectionId, sid }: Member) {
  const loaded = await services.connections.load(connectionId);
  if (loaded?.connection.closedFor) return undefined;
  return loaded?.sockets.find((socket) => socket.sid === sid);
}
