import type { PartStore, TurnStore } from "../../lambdas/core/ports";
import type { ConnectionRecord } from "../../lambdas/core/records";
import type { BinaryPart } from "../../lambdas/protocol/assembly";

type Connections = Map<string, ConnectionRecord>;

/** The parts of each connection, by id. */
export type Parts = Map<string, Map<string, BinaryPart>>;

export function memoryPartStore(
  connections: Connections,
  parts: Parts,
  isLive: (connection: ConnectionRecord) => boolean,
): PartStore {
  const list = (connectionId: string) => {
    const connection = connections.get(connectionId);
    if (!connection || connection.closedFor || !isLive(connection)) return undefined;
    const known = [...(parts.get(connectionId)?.values() ?? [])];
    return known.sort((one, other) => (one.id < other.id ? -1 : 1));
  };
  return {
    add: async ({ connectionId }, part) => {
      if (!list(connectionId)) return undefined;
      const known = parts.get(connectionId) ?? new Map<string, BinaryPart>();
      if (!known.has(part.id)) parts.set(connectionId, known.set(part.id, part));
      return list(connectionId);
    },
    list: async (connectionId) => list(connectionId),
    take: async ({ connectionId }, { header, attachments }, past) => {
      const known = parts.get(connectionId);
      if (known?.get(header.id)?.kind !== "header") return false;
      const members = [header, ...attachments];
      for (const id of [...members.map((part) => part.id), ...past]) known.delete(id);
      known.set(header.id, {
        kind: "taken",
        id: header.id,
        arrivedAt: header.arrivedAt,
        lastArrivedAt: Math.max(...members.map((part) => part.arrivedAt)),
        partIds: members.map((part) => part.id),
      });
      return true;
    },
  };
}

export function memoryTurnStore(connections: Connections, now: () => number): TurnStore {
  const turns = new Map<string, { readonly id: string; readonly until: number }>();
  return {
    take: async (connectionId, turn) => {
      const connection = connections.get(connectionId);
      if (!connection || connection.closedFor) return "gone";
      const current = turns.get(connectionId);
      if (current && current.id !== turn.id && current.until > now()) return "busy";
      turns.set(connectionId, turn);
      return "taken";
    },
    release: async (connectionId, turnId) => {
      if (turns.get(connectionId)?.id === turnId) turns.delete(connectionId);
    },
    takenUntil: async (connectionId) => turns.get(connectionId)?.until ?? 0,
  };
}
