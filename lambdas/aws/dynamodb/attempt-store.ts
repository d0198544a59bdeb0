import type { AttemptStore } from "../../core/messages/queued-message";
import type { ConnectionItem } from "./items";
import { connectionKey } from "./keys";
import type { Table } from "./table";

/** On the connection's own item, with which it goes. */
export function attemptStore(table: Table): AttemptStore {
  return {
    async latest(connectionId) {
      // Nothing but the connection has this key.
      const item = (await table.get(connectionKey(connectionId))) as ConnectionItem | undefined;
      if (item?.attemptedSequence === undefined) return undefined;
      return { sequence: item.attemptedSequence, count: item.attempts ?? 0 };
    },

    async note(connectionId, { sequence, count }) {
      await table.update(connectionKey(connectionId), {
        update: "SET attemptedSequence = :sequence, attempts = :count",
        condition: "attribute_exists(pk)",
        values: { ":sequence": sequence, ":count": count },
      });
    },
  };
}
