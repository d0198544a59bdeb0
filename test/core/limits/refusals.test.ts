import { LocalCounts } from "../../../lambdas/core/limits/local-counts";
import { type RefusalReport, Refusals } from "../../../lambdas/core/limits/refusals";

test("refusals are reported at the first, then together, every ten seconds at most, and by limit", () => {
  let now = 0;
  const reports: RefusalReport[] = [];
  const refusals = new Refusals(
    () => now,
    (report) => void reports.push(report),
  );
  for (; now < 20_000; now += 1_000) refusals.add("messagesPerSecond", { connectionId: String(now) });
  refusals.add("socketsPerUser", { userId: "ada" });
  refusals.add("messagesPerSecond", { connectionId: "last" });
  expect(reports).toEqual([
    { limit: "messagesPerSecond", refused: 1, latest: { connectionId: "0" } },
    { limit: "messagesPerSecond", refused: 10, latest: { connectionId: "10000" } },
    { limit: "socketsPerUser", refused: 1, latest: { userId: "ada" } },
    { limit: "messagesPerSecond", refused: 10, latest: { connectionId: "last" } },
  ]);
});

test("an environment's own counts begin anew with each window, and do not grow without end", () => {
  const counts = new LocalCounts();
  expect([counts.add("a", 0), counts.add("a", 0), counts.add("b", 0), counts.add("a", 10)]).toEqual([
    1, 2, 1, 1,
  ]);
  expect([counts.raise("a", 10, 5), counts.raise("a", 10, 3), counts.of("a", 0)]).toEqual([5, 5, 0]);
  for (let id = 0; id < 10_000; id++) counts.add(String(id), 10);
  expect(counts.of("a", 10)).toBe(0);
  expect(counts.add("9999", 10)).toBe(2);
});
