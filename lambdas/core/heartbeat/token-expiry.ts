import { seeOff } from "../connections/disconnecting";
import { DIALECTS } from "../messages/dialects";
import type { DisconnectReason, Liveness, SocketRecord } from "../records";
import type { HeartbeatServices } from "../services";
import { stampsOf } from "../stamps";
import { cutOff } from "./pinging";

const REASON = "server namespace disconnect";

/**
 * Closes the sockets of a connection whose token has expired, each with its namespace; the connection stays
 * when it has others to hold. Answers why it has to be closed, if it has to.
 */
export async function expireTokens(
  services: HeartbeatServices,
  liveness: Liveness,
): Promise<DisconnectReason | undefined> {
  const loaded = await services.connections.load(liveness.connectionId);
  if (!loaded || loaded.connection.closedFor) return forget(services, liveness, []);
  const now = services.clock.now();
  const isExpired = ({ tokenExpiresAt = Number.POSITIVE_INFINITY }: SocketRecord) =>
    tokenExpiresAt * 1_000 <= now;
  const expired = loaded.sockets.filter(isExpired);
  if (expired.some(({ protocol }) => DIALECTS[protocol].closesWithItsSocket)) {
    return cutOff(services, liveness, REASON);
  }
  for (const socket of expired) await closeSocket(services, socket);
  return forget(
    services,
    liveness,
    loaded.sockets.filter((socket) => !isExpired(socket)),
  );
}

/** Marked first, so that no packet is handled once the client knows. What fails is done again by the next run. */
async function closeSocket(services: HeartbeatServices, socket: SocketRecord): Promise<void> {
  const stamp = stampsOf(services.clock.now())();
  if ((await services.sockets.close(socket, REASON, stamp)) === "closed")
    await seeOff(services, socket, REASON);
}

/** Next time it is about the tokens of the sockets that stay. */
async function forget(
  { liveness: store }: HeartbeatServices,
  liveness: Liveness,
  staying: readonly SocketRecord[],
): Promise<undefined> {
  const expiries = staying.flatMap(({ tokenExpiresAt }) => tokenExpiresAt ?? []);
  const tokenExpiresAt = expiries.length === 0 ? undefined : Math.min(...expiries);
  await store.replace(liveness, { ...liveness, tokenExpiresAt });
}
