import { EVENT_VERSION } from "../internal-events";
import type { Invoker } from "../ports";
import type { DisconnectReason, SocketRecord } from "../records";

interface Successor {
  readonly invoker: Pick<Invoker, "disconnect">;
}

/** `disconnect` closes them side by side, and each may have listeners that take all of their time. */
const CONNECTIONS_PER_EVENT = 10;

/** Has `disconnect` close connections, each for its reason. */
export async function handOver(
  { invoker }: Successor,
  leaving: ReadonlyMap<string, DisconnectReason>,
): Promise<void> {
  for (const reason of new Set(leaving.values())) {
    const ids = [...leaving].filter(([, its]) => its === reason).map(([connectionId]) => connectionId);
    for (let first = 0; first < ids.length; first += CONNECTIONS_PER_EVENT) {
      const connections = ids
        .slice(first, first + CONNECTIONS_PER_EVENT)
        .map((connectionId) => ({ connectionId }));
      await invoker.disconnect({ version: EVENT_VERSION, connections, reason, cut: true });
    }
  }
}

/** Has `disconnect` run the listeners of one socket and remove it; its connection stays. */
export async function handOverSocket(
  { invoker }: Successor,
  { connectionId, sid }: SocketRecord,
  reason: DisconnectReason,
): Promise<void> {
  await invoker.disconnect({
    version: EVENT_VERSION,
    connections: [{ connectionId, sid }],
    reason,
    cut: false,
  });
}
