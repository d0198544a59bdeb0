import { ProtocolError } from "../protocol/protocol-error";
import { remainingMs } from "./deadline";
import type { SocketRecord } from "./records";
import type { Services } from "./services";

/** `41` and `40` of `socket.disconnect().connect()` arrive together, and the `40` may be handled first. */
const OLDER_DISCONNECT_WITHIN_MS = 1_000;
const POLL_MS = 50;

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
