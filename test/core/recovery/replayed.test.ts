import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { Recovery } from "../../../lambdas/core/recovery/ports";
import { isReplayed, replayedUpTo, withReplay } from "../../../lambdas/core/recovery/replayed";
import { socketRecord } from "../../aws/dynamodb/records";
import { offsetsOneByOne } from "../../support/offsets";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const LOG_MS = 60_000;
const recovery = { logMs: LOG_MS } as Recovery; // Nothing else of it matters.
const at = (ms: number) => offsetsOneByOne(() => NOW + ms)();
const range = (from: number, to: number) => ({ after: at(from), upTo: at(to) });

describe("what a client was sent from the logs", () => {
  it("is what lies behind the offset that it came with, up to the end, which is part of it", () => {
    const [after, upTo] = [at(1), at(9)];
    const of = (offset: string) => isReplayed([{ after, upTo }], offset);
    expect([after, at(2), upTo, at(10)].map(of)).toEqual([false, true, true, false]);
    expect(isReplayed(undefined, at(2))).toBe(false);
  });

  it("counts as far as its client has got it", () => {
    const [early, late] = [range(1, 9), range(11, 19)];
    expect(replayedUpTo([early, late], late.upTo)).toEqual([early, late]);
    const last = at(15);
    expect(replayedUpTo([early, late], last)).toEqual([early, { after: late.after, upTo: last }]);
    expect(replayedUpTo([early, late], early.upTo)).toEqual([early]);
    expect(replayedUpTo([early], early.after)).toBeUndefined();
    expect(replayedUpTo(undefined, last)).toBeUndefined();
  });

  it("is kept while the logs are, and no more of it than fits", () => {
    const replayed = Array.from({ length: 30 }, (_, index) => range(index * 10, index * 10 + 5));
    const socket = socketRecord({ replayedAfter: at(400), replayed });
    const own = { after: socket.replayedAfter, upTo: offsetBound(NOW + 500) };
    expect(withReplay(recovery, socket, NOW + 500, NOW + 600)).toEqual([...replayed.slice(-19), own]);
    const later = NOW + LOG_MS + 280;
    expect(withReplay(recovery, socket, NOW + 500, later)).toEqual([...replayed.slice(-2), own]);
    expect(withReplay(recovery, socket, NOW + 500, NOW + LOG_MS + 501)).toBeUndefined();
  });
});
