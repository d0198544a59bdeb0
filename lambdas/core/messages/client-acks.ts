import { ACK_IDS } from "../../protocol/ack-ids";
import type { SocketRecord } from "../records";
import type { Services } from "../services";

/**
 * A client's answer to an event: kept for the invocation that waits for it, wherever that runs. One that
 * nobody waits for is ignored.
 */
export async function receiveAck(
  { acks }: Services,
  socket: SocketRecord,
  { id, args }: { readonly id: number | string; readonly args: readonly unknown[] },
): Promise<void> {
  // An id that we never give asks for no write.
  if (typeof id === "number" && id < ACK_IDS && !socket.closedFor) await acks.answer(id, socket, args);
}
