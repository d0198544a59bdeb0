import { expirySeconds } from "../../core/expiry";
import type { HeartbeatRuns } from "../../core/ports";
import type { Key } from "./keys";
import type { Table } from "./table";

const KEY: Key = { pk: "BEAT", sk: "RUN" };

/** Far longer than any run. */
const KEPT_SECONDS = 3_600;

export function livenessRuns(table: Table, now: () => number): HeartbeatRuns {
  return {
    begin: (stamp) =>
      table.put(
        { ...KEY, stamp, expiresAt: expirySeconds(now()) + KEPT_SECONDS },
        { condition: "attribute_not_exists(pk) OR stamp <= :stamp", values: { ":stamp": stamp } },
      ),

    async isLatest(stamp) {
      return (await table.get(KEY))?.stamp === stamp;
    },
  };
}
