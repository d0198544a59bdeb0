import { sumOf } from "../../../../lambdas/core/delivery/delivery-count";
import { emitTo, FanOut } from "../../../support/fan-out";

/** Two chunks and a half for each of two workers. */
const MEMBERS = 50;
const EMITS = [emitTo("room", "first"), emitTo("room", "second")];

/** A delivery to the end, retries included, with workers that crash where they are told to. */
async function delivered(crashAt: readonly number[], timeoutMs = 900_000) {
  const fanOut = new FanOut();
  fanOut.timeoutMs = timeoutMs;
  const members = fanOut.join(MEMBERS, "room");
  const steps: string[] = [];
  fanOut.crashes = (step) => {
    steps.push(step);
    return crashAt.includes(steps.length);
  };
  await fanOut.start(EMITS, { shares: 2 });
  const shares = await fanOut.deliveries.progress("delivery");
  const counts = EMITS.map((_, emit) => sumOf(shares.flatMap((share) => share.counts[emit] ?? [])));
  return { fanOut, members, shares, counts, steps };
}

/** What holds however workers end: nobody has anything twice or out of order, and what is missing is counted. */
function expectKept({ fanOut, members, shares, counts }: Awaited<ReturnType<typeof delivered>>): void {
  expect(shares.map(({ isFinished }) => isFinished)).toEqual([true, true]);
  const received = fanOut.received();
  for (const frames of received.values()) {
    expect([['42["first"]', '42["second"]'], ['42["first"]']]).toContainEqual(frames);
  }
  for (const [emit, frame] of ['42["first"]', '42["second"]'].entries()) {
    const got = members.filter(({ connectionId }) => received.get(connectionId)?.includes(frame)).length;
    const count = counts[emit];
    expect(count).toMatchObject({ recipients: MEMBERS, gone: 0, failed: 0 });
    expect(count?.sent).toBeLessThanOrEqual(got);
    expect(MEMBERS - got).toBeLessThanOrEqual(count?.unknown ?? 0);
  }
  for (const { connectionId } of members) {
    if (received.get(connectionId)?.length !== EMITS.length) expect(fanOut.caughtUp).toContain(connectionId);
  }
}

describe("a worker that crashes", () => {
  test("nowhere leaves nothing unknown", async () => {
    const outcome = await delivered([]);
    expectKept(outcome);
    expect(outcome.counts.map(({ sent }) => sent)).toEqual([MEMBERS, MEMBERS]);
    expect(outcome.fanOut.caughtUp).toEqual([]);
  });

  test("at any step is followed by one that goes on behind what had begun", async () => {
    const { steps } = await delivered([]);
    expect(steps.length).toBeGreaterThan(200);
    for (let at = 1; at <= steps.length; at++) expectKept(await delivered([at]));
  });

  test("twice is followed by a third", async () => {
    const { steps } = await delivered([]);
    for (let at = 1; at < steps.length; at += 7) expectKept(await delivered([at, at + 60]));
  });

  test("at any step of a hand-over loses nothing but what had begun", async () => {
    const timeoutMs = 23_000;
    const { steps, fanOut } = await delivered([], timeoutMs);
    expect(fanOut.invoked.length).toBeGreaterThan(4);
    for (let at = 1; at <= steps.length; at += 2) expectKept(await delivered([at], timeoutMs));
  });

  test("before it has posted anything loses nothing", async () => {
    const { steps } = await delivered([]);
    const claims = steps.flatMap((step, index) => (step.endsWith("claim") ? [index + 1] : []));
    for (const at of claims) {
      const { counts } = await delivered([at]);
      expect(counts.map(({ sent }) => sent)).toEqual([MEMBERS, MEMBERS]);
    }
  });

  test("leaves no more unknown than a chunk and what was on its way", async () => {
    const { steps } = await delivered([]);
    for (let at = 1; at <= steps.length; at += 5) {
      const { counts } = await delivered([at]);
      expect(sumOf(counts).unknown).toBeLessThanOrEqual(10 + 2 * 4);
    }
  });
});
