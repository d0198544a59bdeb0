import type { AttemptStore, Attempts } from "../../lambdas/core/messages/queued-message";

/** Notes go with their connections. */
export function memoryAttemptStore(connections: ReadonlyMap<string, unknown>): AttemptStore {
  const noted = new Map<string, Attempts>();
  return {
    latest: async (connectionId) => (connections.has(connectionId) ? noted.get(connectionId) : undefined),
    note: async (connectionId, attempts) => {
      if (connections.has(connectionId)) noted.set(connectionId, attempts);
    },
  };
}
