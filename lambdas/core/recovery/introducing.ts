import { type ConnectRequest, welcome } from "../connections/connecting";
import { withDeadlineFromNow } from "../listeners/deadline";
import { Session } from "../listeners/session";
import type { SocketRecord } from "../records";
import type { Services } from "../services";

export interface Returning {
  readonly socket: SocketRecord;
  /** That middleware joined. */
  readonly rooms: readonly string[];
}

/**
 * Runs the connection listeners of a recovered socket, and tells its client. Until then nobody has heard that it is
 * back, nor hears that it went. `closed`: it has gone meanwhile.
 */
export async function introduce(
  services: Services,
  request: ConnectRequest,
  { socket, rooms }: Returning,
  telling?: (greeting: () => Promise<void>) => () => Promise<void>,
): Promise<"connected" | "closed"> {
  const current = await services.sockets.introduce(socket);
  if (!current) return "closed";
  const { nextStamp, handshake } = request;
  const { isProtected } = socket;
  const record = { ...current, isProtected };
  const session = new Session(withDeadlineFromNow(services), record, nextStamp, handshake);
  session.recovered = true;
  await welcome(services, request, session, rooms, telling);
  return "connected";
}
