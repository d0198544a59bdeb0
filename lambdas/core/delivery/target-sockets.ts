import { forEachConcurrently } from "../concurrency";
import type { Member, SocketRecord } from "../records";
import type { OperationServices } from "../services";
import { findMembers } from "./delivery";
import type { RoomTarget } from "./target";

/** Each is a handful of DynamoDB requests. */
const MAX_CONCURRENT_SOCKETS = 50;

/** Calls `work` for each socket of a target, as the table has it; with nothing for one that has closed since. */
export async function forEachSocket(
  services: OperationServices,
  target: RoomTarget,
  work: (record: SocketRecord | undefined) => Promise<void>,
): Promise<void> {
  const members = await findMembers(services, target);
  await forEachConcurrently(members, MAX_CONCURRENT_SOCKETS, async (member) =>
    work(await load(services, member)),
  );
}

async function load(services: OperationServices, { connectionId, sid }: Member) {
  const loaded = await services.connections.load(connectionId);
  if (loaded?.connection.closedFor) return undefined;
  return loaded?.sockets.find((socket) => socket.sid === sid && !socket.closedFor);
}
