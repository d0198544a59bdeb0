import { EVERYTHING } from "../../soak/plan";
import { soak } from "../../soak/soak";

const SILENT = { line: () => {}, functionLine: () => {} };

/** Who waits for a function that was killed, waits for half a minute or a whole: that takes a longer soak. */
const { "lambda.kill": _before, "lambda.kill-after": _after, ...FAULTS } = EVERYTHING;

it("finds nothing wrong with a service on which everything goes wrong", async () => {
  const options = {
    seconds: 8,
    seed: 1,
    clients: 16,
    roomSize: 8,
    acts: 12,
    lifetime: 4,
    recovery: true,
    order: "per-connection",
    faults: FAULTS,
  } as const;
  const { report } = await soak(options, SILENT);
  expect(report).toMatchObject({
    lost: 0,
    doubled: 0,
    misordered: 0,
    misdelivered: 0,
    leakedItems: 0,
    stuck: 0,
    examples: [],
  });
  expect(report.owed).toBeGreaterThan(100);
  expect(report.recovered).toBeGreaterThan(0);
  expect(report.shouts).toBeGreaterThan(0);
  expect(report.cuts.lifetime).toBeGreaterThan(0);
  expect(Object.keys(report.faults).length).toBeGreaterThan(10);
}, 180_000);

it("finds losses where nothing is recovered, and another order where none is kept", async () => {
  const faults = { "message.late": { probability: 0.3, ms: 100 } };
  const options = {
    seconds: 6,
    seed: 1,
    clients: 16,
    roomSize: 8,
    acts: 20,
    lifetime: 4,
    recovery: false,
    order: "none",
    faults,
  } as const;
  const { report } = await soak(options, SILENT);
  expect(report.lost).toBeGreaterThan(0);
  expect(report.misordered).toBeGreaterThan(0);
  expect(report).toMatchObject({ doubled: 0, misdelivered: 0, leakedItems: 0, stuck: 0, recovered: 0 });
}, 120_000);
