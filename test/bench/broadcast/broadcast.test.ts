import * as broadcast from "../../../bench/broadcast";

/** Processes start as slowly as a busy machine lets them. */
const TIMEOUT_MS = 60_000;

const quick = { ...broadcast.options, connections: "1200", rate: "2000", "post-ms": "1", "invoke-ms": "1" };

it(
  "measures a broadcast by workers beside the floor and the samples",
  async () => {
    const { rows, ratios } = await broadcast.run(quick);
    const [ours, sequential, concurrent] = rows;
    expect(ours).toMatchObject({ client: "roomcast", connections: 1_200, floorSeconds: 0.6, status429s: 0 });
    // One of `push`, and two workers.
    expect(ours).toMatchObject({ invocations: 3, peakArrivalsPerSecond: expect.any(Number) });
    expect(Number(ours?.peakPostsPerSecond)).toBeLessThanOrEqual(1_200);
    expect(Number(ours?.maxWorkerMegabytes)).toBeGreaterThan(20);
    expect(sequential).toMatchObject({ client: "samples, sequential", extrapolatedFrom: 300 });
    expect(concurrent).toMatchObject({ client: "samples, concurrent", connections: 1_200 });
    expect(Object.keys(ratios)).toEqual(["floor", "sequential", "concurrent"]);
    expect(ratios.floor).toBeGreaterThan(0.9);
  },
  TIMEOUT_MS,
);
