import type { LogEntry, LogStore } from "../../core/recovery/ports";
import { type Expiring, isLive } from "./items";
import { type Key, logKey, logPartition } from "./keys";
import type { Table } from "./table";

type LogItem = Expiring & {
  readonly frames: readonly string[];
  readonly except?: readonly string[];
  readonly earlier?: readonly string[];
};

/** One partition a room, so that a room takes 1,000 writes a second: an event of a kilobyte is one. */
export function logStore(table: Table, now: () => number): LogStore {
  return {
    // At once: what is written late is written again.
    append: (entries) => table.writeAtOnce(entries.map((entry) => ({ put: logItem(entry) }))),
    remove: (entries) => table.writeAll([...entries].reverse().map((entry) => ({ delete: keyOf(entry) }))),

    async *read(namespace, room, { after, before }) {
      // DynamoDB refuses a range whose end comes first.
      if (after >= before) return;
      // BETWEEN takes both ends; a blank makes the first one the next string.
      const range = { partition: logPartition(namespace, room), between: [`${after} `, before] as const };
      for await (const page of table.query(range)) {
        // What lies in a log's partition is an event.
        const live = (page as readonly LogItem[]).filter((item) => isLive(item, now()));
        yield live.map(({ sk, frames, except = [], earlier }) => ({ offset: sk, frames, except, earlier }));
      }
    },
  };
}

function logItem(entry: LogEntry): LogItem {
  const { frames, earlier, expiresAt } = entry;
  const except = entry.except.length > 0 ? entry.except : undefined;
  return { ...keyOf(entry), frames, except, earlier, expiresAt };
}

function keyOf({ namespace, room, offset }: LogEntry): Key {
  return logKey(namespace, room, offset);
}
