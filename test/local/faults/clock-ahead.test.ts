import { execFileSync } from "node:child_process";
import { join } from "node:path";

const CLOCK = join(__dirname, "../../../local/faults/clock-ahead.cjs");

it("has every clock of the process ahead, and leaves dates that are given", () => {
  const script = "console.log(JSON.stringify([Date.now(), new Date().getTime(), new Date(5).getTime()]))";
  const before = Date.now();
  const output = execFileSync(process.execPath, ["--require", CLOCK, "-e", script], {
    env: { LOCAL_CLOCK_AHEAD_MS: "3600000" },
  });
  const [now, date, given] = JSON.parse(output.toString());
  const after = Date.now();
  for (const time of [now, date]) {
    expect(time - 3_600_000).toBeGreaterThanOrEqual(before);
    expect(time - 3_600_000).toBeLessThanOrEqual(after);
  }
  expect(given).toBe(5);
});
