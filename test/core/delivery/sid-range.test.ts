import { EVERY_SID, fractionUpTo, shareOf } from "../../../lambdas/core/delivery/sid-range";
import { newSid } from "../../../lambdas/core/sid";

const SIDS = Array.from({ length: 20_000 }, newSid);

describe("shares of the sids", () => {
  test.each([1, 2, 3, 7, 64, 1_000])("%i of them follow each other and leave nothing out", (shares) => {
    const ranges = Array.from({ length: shares }, (_, index) => shareOf(index, shares));
    expect(ranges[0]?.after).toBe(EVERY_SID.after);
    expect(ranges.at(-1)?.upTo).toBe(EVERY_SID.upTo);
    for (const [index, { after, upTo }] of ranges.entries()) {
      expect(after < upTo).toBe(true);
      if (index > 0) expect(after).toBe(ranges[index - 1]?.upTo);
    }
  });

  test("are even where sids are random", () => {
    const counts = Array.from({ length: 10 }, (_, index) => {
      const { after, upTo } = shareOf(index, 10);
      return SIDS.filter((sid) => sid > after && sid <= upTo).length;
    });
    expect(counts.reduce((sum, count) => sum + count)).toBe(SIDS.length);
    // Five standard deviations.
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(220);
  });

  test("of which a page reads a part, tell the size of the whole", () => {
    const sorted = [...SIDS].sort();
    const estimate = 1_000 / fractionUpTo(sorted[999] ?? "");
    expect(Math.abs(estimate - SIDS.length)).toBeLessThan(SIDS.length * 0.2);
    expect(fractionUpTo(EVERY_SID.upTo)).toBe(1);
  });

  test("do not end where a sid is no random one", () => {
    for (const sid of ["@a", "@", "@zzzzzzzzzzzzzzzzzzzz", "@🙂"]) {
      const fraction = fractionUpTo(sid);
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThanOrEqual(1);
    }
  });
});
