import type { PostOutcome } from "../../lambdas/core/ports";
import type { Broadcast } from "../broadcast/cloud";

/** What a broadcast says of itself, held against what the other side knows. */
export interface Audit {
  readonly doubled: number;
  /** Nothing was taken for them, and nobody says so. */
  readonly lost: number;
  /** The frame was taken for them, of which nobody here can know. */
  readonly unknownTaken: number;
}

type Audited = Pick<Broadcast, "outcomes" | "count" | "reportedGone"> & {
  readonly stage: Pick<Broadcast["stage"], "doubled" | "missing">;
};

/** @throws Error when the counts are not those of the connections. */
export function audit({ stage, outcomes, count, reportedGone }: Audited): Audit {
  const { doubled, missing } = stage;
  const having = (outcome: PostOutcome) => [...outcomes.values()].filter((one) => one === outcome).length;
  const unknown = having("unknown");
  assertEqual("unknown", count.unknown, unknown);
  assertEqual("gone", count.gone, having("gone"));
  assertEqual("reported as gone", reportedGone, count.gone);
  assertEqual("failed", count.failed, having("failed") + having("throttled"));
  const unknownMissing = missing.filter((connection) => outcomes.get(connection) === "unknown").length;
  return {
    doubled,
    lost: missing.filter((connection) => !outcomes.has(connection)).length,
    unknownTaken: unknown - unknownMissing,
  };
}

function assertEqual(what: string, counted: number, known: number): void {
  if (counted !== known) throw new Error(`expected ${known} connections ${what}, got a count of ${counted}`);
}
