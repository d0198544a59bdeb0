import { ProtocolError } from "../../protocol/protocol-error";
import { remainingMs } from "../listeners/deadline";
import type { Arrival } from "../messages/arrival";
import type { SocketRecord } from "../records";
import type { Services } from "../services";
import { isStampOf } from "../stamps";
import { closeConnection } from "./disconnecting";

/** `41` and `40` of `socket.disconnect().connect()` arrive together, and the `40` may be handled first. */
const OLDER_DISCONNECT_WITHIN_MS = 1_000;
const POLL_MS = 50;

/** Whether the socket is this very CONNECT's: the queue hands on what a Lambda has not finished once more. */
export function isOwn({ stamp }: SocketRecord, { arrivedAt, sequence }: Arrival): boolean {
  return isStampOf(stamp, arrivedAt, sequence);
}

/** Nobody knows how far the first attempt came, nor what the client has heard: it comes back, and can recover. */
export async function startOver({ services, connection }: Arrival): Promise<void> {
  const { connectionId } = connection;
  services.log.warn("cut a connection whose CONNECT was not finished the first time", { connectionId });
  await closeConnection(services, connection, "transport close");
}

/**
 * Waits until the socket that holds the namespace's slot is gone. Once its `41` is known, its listeners may
 * take their time.
 *
 * @throws ProtocolError when it stays: a second CONNECT to a namespace closes the connection.
 */
export async function freeSlot(services: Services, occupant: SocketRecord): Promise<void> {
  const startedAt = services.clock.now();
  let socket: SocketRecord | undefined = occupant;
  while (socket) {
    const waited = services.clock.now() - startedAt;
    if (socket.closedFor ? remainingMs(services) === 0 : waited >= OLDER_DISCONNECT_WITHIN_MS) {
      throw new ProtocolError("invalid_frame", `a second CONNECT to ${occupant.namespace}`);
    }
    await services.clock.pause(POLL_MS);
    const loaded = await services.connections.load(occupant.connectionId);
    socket = loaded?.sockets.find((candidate) => candidate.sid === occupant.sid);
  }
}
