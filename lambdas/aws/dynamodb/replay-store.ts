import type { ReplayEnd, ReplayStore } from "../../core/recovery/ports";
import { type Expiring, isLive } from "./items";
import { replayPartition } from "./keys";
import type { Table } from "./table";

type ReplayItem = Expiring & { readonly end: ReplayEnd };

/** Not with the connection: its packets do not read this, and who posts later may need it longer. */
export function replayStore(table: Table, now: () => number): ReplayStore {
  return {
    async finish({ connectionId, sid }, end, expiresAt) {
      const item = { pk: replayPartition(connectionId), sk: sid, end, expiresAt };
      await table.put(item, { condition: "attribute_not_exists(pk)" });
    },

    /** By Query: who only delivers may not get items. */
    async end({ connectionId, sid }) {
      const range = { partition: replayPartition(connectionId), between: [sid, sid] as const };
      for await (const page of table.query(range)) {
        // Nothing but the end of a replay has this key.
        const item = page[0] as ReplayItem | undefined;
        if (item) return isLive(item, now()) ? item.end : undefined;
      }
      return undefined;
    },
  };
}
