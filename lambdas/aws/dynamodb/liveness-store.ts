import type { LivenessStore } from "../../core/ports";
import type { Liveness } from "../../core/records";
import { isLive } from "./items";
import {
  LIVENESS_SHARDS,
  LIVENESS_STATE,
  type LivenessItem,
  livenessItem,
  livenessKey,
  livenessPartition,
  livenessRecord,
} from "./liveness-items";
import { mergePages } from "./merge-pages";
import type { Condition, Table } from "./table";

/** Small: pages of all shards come by turns, and with them writes to all partitions. */
const PAGE_SIZE = 100;

export function livenessStore(table: Table, now: () => number): LivenessStore {
  return {
    async *all() {
      const shards = Array.from({ length: LIVENESS_SHARDS }, (_, shard) => livenessPartition(shard));
      yield* mergePages(shards.map((partition) => pagesOf(table, partition, now)));
    },

    async greet(connectionId) {
      const item = await table.update(livenessKey(connectionId), {
        update: "SET greetedAt = :now",
        condition: "attribute_exists(pk) AND attribute_not_exists(closedAt)",
        values: { ":now": now() },
      });
      return item !== undefined;
    },

    async isGreeted(connectionId) {
      // What lies in such a partition is a connection's liveness.
      const item = (await table.get(livenessKey(connectionId))) as LivenessItem | undefined;
      return item?.greetedAt !== undefined;
    },

    async see(connectionId) {
      await table.update(livenessKey(connectionId), {
        update: "SET seen = :now",
        condition: "attribute_exists(pingedAt) AND attribute_not_exists(seen)",
        values: { ":now": now() },
      });
    },

    async admit(connectionId, tokenExpiresAt) {
      const isEarliest = "(attribute_not_exists(tokenExpiresAt) OR tokenExpiresAt > :tokenExpiresAt)";
      const isNoted =
        tokenExpiresAt !== undefined &&
        (await table.update(livenessKey(connectionId), {
          update: "SET admittedAt = :now, tokenExpiresAt = :tokenExpiresAt",
          condition: `attribute_exists(pk) AND ${isEarliest}`,
          values: { ":now": now(), ":tokenExpiresAt": tokenExpiresAt },
        }));
      // Also beside an earlier expiry: a heartbeat that is about to forget that one must look again.
      if (!isNoted) await noteAdmission(table, connectionId, now());
    },

    replace: (current, next) => table.put(livenessItem(next), isEither(current, next)),
  };
}

async function noteAdmission(table: Table, connectionId: string, now: number): Promise<void> {
  await table.update(livenessKey(connectionId), {
    update: "SET admittedAt = :now",
    condition: "attribute_exists(pk)",
    values: { ":now": now },
  });
}

async function* pagesOf(
  table: Table,
  partition: string,
  now: () => number,
): AsyncGenerator<readonly Liveness[]> {
  for await (const page of table.query({ partition, pageSize: PAGE_SIZE })) {
    // What lies in such a partition is a connection's liveness.
    const live = (page as readonly LivenessItem[]).filter((item) => isLive(item, now()));
    if (live.length > 0) yield live.map(livenessRecord);
  }
}

/** "Or is `next` already": the SDK may repeat a request whose answer was lost. */
function isEither(current: Liveness, next: Liveness): Condition {
  const [one, other] = [stateClause(current, "was"), stateClause(next, "is")];
  return {
    condition: `attribute_exists(pk) AND ((${one.condition}) OR (${other.condition}))`,
    values: { ...one.values, ...other.values },
  };
}

function stateClause(liveness: Liveness, prefix: string) {
  const given = LIVENESS_STATE.filter((name) => liveness[name] !== undefined);
  const clauses = LIVENESS_STATE.map((name) =>
    given.includes(name) ? `${name} = :${prefix}_${name}` : `attribute_not_exists(${name})`,
  );
  const values = Object.fromEntries(given.map((name) => [`:${prefix}_${name}`, liveness[name]]));
  return { condition: clauses.join(" AND "), values };
}
