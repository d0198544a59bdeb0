import type { SocketRecord } from "./records";
import type { Services } from "./services";

/** The ids that we give are below it: any other asks for no write. */
const IDS = 2 ** 31;

/**
 * A client's answer to an event: kept for the invocation that waits for it, wherever that runs. One that
 * nobody waits for is ignored.
 */
export async function receiveAck(
  { acks }: Services,
  socket: SocketRecord,
  { id, args }: { readonly id: number | string; readonly args: readonly unknown[] },
): Promise<void> {
  if (typeof id === "number" && id < IDS && !socket.closedFor) await acks.answer(id, socket, args);
}
