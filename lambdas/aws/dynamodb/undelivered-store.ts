import type { LoggedEvent, UndeliveredStore } from "../../core/recovery/ports";
import { type Expiring, isLive } from "./items";
import { undeliveredKey, undeliveredPartition, undeliveredRange } from "./keys";
import type { Table } from "./table";

type UndeliveredItem = Expiring & Pick<LoggedEvent, "offset" | "frames">;

/** Not with the connection: it may be written when that is gone, and is read when it is. */
export function undeliveredStore(table: Table, now: () => number): UndeliveredStore {
  return {
    add: (events) =>
      table.writeAtOnce(
        events.map((event) => {
          const { offset, frames, expiresAt } = event;
          return { put: { ...undeliveredKey(event), offset, frames, expiresAt } };
        }),
      ),

    async of({ connectionId, sid }) {
      const events: LoggedEvent[] = [];
      const range = { partition: undeliveredPartition(connectionId), between: undeliveredRange(sid) };
      for await (const page of table.query(range)) {
        // Nothing else has these keys.
        const live = (page as readonly UndeliveredItem[]).filter((item) => isLive(item, now()));
        events.push(...live.map(({ offset, frames }) => ({ offset, frames, except: [] })));
      }
      return events;
    },
  };
}
