import { disconnect } from "../connections/closing";
import { EVENT_VERSION } from "../internal-events";
import { settlesWithin } from "../listeners/listeners";
import type { Stamp } from "../records";
import type { Services } from "../services";
import type { ParkedSocket, Recovery, RecoverySession } from "./ports";

/** Whoever closes a connection has run its listeners by then, or they take long, or it has crashed. */
const CLOSED_WITHIN_MS = 5_000;
const POLL_MS = 50;

/**
 * What the socket left behind on the connection that it was on last. Where that is not closed yet, or nobody
 * has noticed that it is gone, it is closed here, listeners and all. `undefined` when the socket left because
 * somebody wanted it to, or a later CONNECT has claimed the session.
 */
export async function leftBehind(
  services: Services,
  { sessions }: Recovery,
  session: RecoverySession & { readonly claim: Stamp },
): Promise<ParkedSocket | undefined> {
  if (isAway(session)) return session.parked;
  const { clock } = services;
  const { pid, connectionId } = session;
  const deadline = clock.now() + CLOSED_WITHIN_MS;
  await closeOld(services, connectionId);
  for (;;) {
    const current = await sessions.load(pid);
    if (current?.claim !== session.claim) return undefined;
    if (isAway(current)) return current.parked;
    const loaded = await services.connections.load(connectionId);
    const socket = loaded?.sockets.find(({ sid }) => sid === session.sid);
    // Closed before the connection could have the session: what was there before still is.
    if (!socket) return (await sessions.load(pid))?.parked;
    if (clock.now() >= deadline) {
      const { rooms, since, data } = socket;
      return { connectionId, at: clock.now(), rooms, since, data };
    }
    await clock.pause(POLL_MS);
  }
}

/** Whether its connection has dropped, and nobody has recovered it since. */
export function isAway({ parked, connectionId }: RecoverySession): boolean {
  return parked?.connectionId === connectionId;
}

/** Its listeners may take longer than the client should wait: they go on meanwhile. */
async function closeOld(services: Services, connectionId: string): Promise<void> {
  const closing = disconnect(services, {
    version: EVENT_VERSION,
    connections: [{ connectionId }],
    reason: "transport close",
    cut: true,
  });
  await settlesWithin(closing, CLOSED_WITHIN_MS);
}
