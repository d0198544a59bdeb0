import { randomUUID } from "node:crypto";
import type { PartStore } from "../../core/ports";
import type { BinaryPart } from "../../protocol/assembly";
import { type ConnectionItem, isLive } from "./items";
import { connectionPartition, FIRST_OF_CONNECTION, FIRST_OF_PARTS, isPart, partKey } from "./keys";
import { binaryPart, type PartItem, partItem, takeChange } from "./part-items";
import type { Table } from "./table";

/**
 * Parts sort before their connection: the Query of an ordinary packet does not meet them, and one that
 * begins with them meets the mark of who closes the connection as well.
 */
export function partStore(table: Table, now: () => number): PartStore {
  return {
    async add(connection, part) {
      // The condition is for a repetition of the request by the SDK, after the part was taken.
      await table.put(partItem(connection, part), { condition: "attribute_not_exists(pk)" });
      const parts = await list(table, connection.connectionId, now());
      // Who closes marks first and then removes the parts: after the mark nobody else would remove this one.
      if (!parts) await table.writeAll([{ delete: partKey(connection.connectionId, part.id) }]);
      return parts;
    },

    list: (connectionId) => list(table, connectionId, now()),

    async take({ connectionId }, set, past) {
      const change = takeChange(set, randomUUID());
      if (!(await table.update(partKey(connectionId, set.header.id), change))) return false;
      const ids = [...set.attachments.map(({ id }) => id), ...past];
      await table.writeAll(ids.map((id) => ({ delete: partKey(connectionId, id) })));
      return true;
    },
  };
}

async function list(
  table: Table,
  connectionId: string,
  now: number,
): Promise<readonly BinaryPart[] | undefined> {
  const parts: PartItem[] = [];
  let isOpen = false;
  const partition = connectionPartition(connectionId);
  for await (const page of table.query({ partition, between: [FIRST_OF_PARTS, FIRST_OF_CONNECTION] })) {
    // Only this service writes the table, and the sort key says which of its items one is.
    for (const item of page as readonly (PartItem | ConnectionItem)[]) {
      if (isPart(item)) parts.push(item as PartItem);
      else isOpen = isLive(item, now) && (item as ConnectionItem).closedFor === undefined;
    }
  }
  return isOpen ? parts.map(binaryPart) : undefined;
}
