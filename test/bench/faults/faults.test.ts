import type { Broadcast } from "../../../bench/broadcast/cloud";
import * as faults from "../../../bench/faults";
import { audit } from "../../../bench/faults/audit";
import { NOBODY } from "../../../lambdas/core/delivery/delivery-count";

/** Processes start as slowly as a busy machine lets them. */
const TIMEOUT_MS = 60_000;

it(
  "doubles and loses nothing when posts are refused, find nobody or are cut off",
  async () => {
    const many = {
      deliveries: "2500",
      "status-429-percent": "5",
      "status-410-percent": "5",
      "reset-percent": "8",
    };
    const { rows, ratios } = await faults.run({ ...faults.options, ...many });
    expect(ratios).toMatchObject({ doubled: 0, lost: 0 });
    // Whatever was drawn.
    const row = Object.fromEntries(
      Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]),
    );
    const { status429s = 0, status410s = 0, resetsAfter = 0, resetsBefore = 0, resetsIdle = 0 } = row;
    expect(Math.min(status429s, status410s, resetsAfter, resetsBefore, resetsIdle)).toBeGreaterThan(0);
    expect(row).toMatchObject({
      deliveries: 2_500,
      gone: status410s,
      unknownButTaken: resetsAfter,
      failed: 0,
    });
    expect(row.unknown).toBeGreaterThanOrEqual(resetsAfter + resetsBefore);
    expect(row.unknown).toBeLessThanOrEqual(resetsAfter + resetsBefore + resetsIdle);
  },
  TIMEOUT_MS,
);

describe("the audit", () => {
  it("finds who got nothing though nobody says so", () => {
    const outcomes = new Map([[1, "gone"] as const]);
    const given = { outcomes, missing: [1, 2], counts: { gone: 1 }, reportedGone: 1 };
    expect(audit(broadcastOf(given))).toMatchObject({ lost: 1 });
  });

  it("tells the unknown that arrived from those that did not", () => {
    const outcomes = new Map([[1, "unknown"] as const, [2, "unknown"] as const]);
    const given = { outcomes, missing: [1], counts: { unknown: 2 }, reportedGone: 0 };
    expect(audit(broadcastOf(given))).toEqual({ doubled: 0, lost: 0, unknownTaken: 1 });
  });

  it("refuses counts that are not those of the connections", () => {
    const given = { outcomes: new Map(), missing: [], counts: { unknown: 1 }, reportedGone: 0 };
    expect(() => audit(broadcastOf(given))).toThrow("expected 0 connections unknown, got a count of 1");
  });
});

interface Given {
  readonly outcomes: Broadcast["outcomes"];
  readonly missing: readonly number[];
  readonly counts: Partial<Broadcast["count"]>;
  readonly reportedGone: number;
}

function broadcastOf({ outcomes, missing, counts, reportedGone }: Given): Parameters<typeof audit>[0] {
  return { stage: { doubled: 0, missing }, outcomes, count: { ...NOBODY, ...counts }, reportedGone };
}
