import type { TurnStore } from "../../core/ports";
import type { ConnectionItem } from "./items";
import { connectionKey, connectionPartition, FIRST_OF_CONNECTION } from "./keys";
import type { Table } from "./table";

export function turnStore(table: Table, now: () => number): TurnStore {
  return {
    async take(connectionId, { id, until }) {
      const item = await table.update(connectionKey(connectionId), {
        update: "SET turnId = :id, turnUntil = :until",
        condition: [
          "attribute_exists(pk) AND attribute_not_exists(closedFor)",
          "(attribute_not_exists(turnId) OR turnUntil <= :now OR turnId = :id)",
        ].join(" AND "),
        values: { ":id": id, ":until": until, ":now": now() },
      });
      if (item) return "taken";
      const current = await readItem(table, connectionId);
      return current && !current.closedFor ? "busy" : "gone";
    },

    async release(connectionId, turnId) {
      await table.update(connectionKey(connectionId), {
        update: "REMOVE turnId, turnUntil",
        condition: "turnId = :id",
        values: { ":id": turnId },
      });
    },

    async takenUntil(connectionId) {
      return (await readItem(table, connectionId))?.turnUntil ?? 0;
    },
  };
}

/** By Query: who only delivers may not get items. */
async function readItem(table: Table, connectionId: string): Promise<ConnectionItem | undefined> {
  const between = [FIRST_OF_CONNECTION, FIRST_OF_CONNECTION] as const;
  const attributes = ["turnUntil", "closedFor"];
  for await (const page of table.query({
    partition: connectionPartition(connectionId),
    between,
    attributes,
  })) {
    // Nothing but the connection has this key.
    if (page[0]) return page[0] as ConnectionItem;
  }
  return undefined;
}
