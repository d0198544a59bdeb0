import { isOffset, offsetBound, offsetSource, timeOf } from "../../../lambdas/core/recovery/offsets";
import { offsetsOneByOne } from "../../support/offsets";

const NOW = Date.parse("2026-01-01T00:00:00Z");

describe("offsets", () => {
  it("of one emitter ascend in the order of its emits, within a millisecond and over thousands", () => {
    let now = NOW;
    const next = offsetsOneByOne(() => now);
    const drawn = Array.from({ length: 3_000 }, (_, index) => {
      if (index % 1_000 === 999) now += 1;
      return next();
    });
    expect([...drawn].sort()).toEqual(drawn);
    expect(new Set(drawn).size).toBe(3_000);
  });

  it("ascend also when the clock is set back", () => {
    let now = NOW;
    const next = offsetsOneByOne(() => now);
    const first = next();
    now -= 5_000;
    expect(next() > first).toBe(true);
  });

  it("of several emitters sort by their milliseconds, and are never the same", () => {
    const [one, other] = [offsetsOneByOne(() => NOW, 1), offsetsOneByOne(() => NOW, 36 ** 5 - 1)];
    const late = offsetsOneByOne(() => NOW + 1, 0);
    const drawn = [one(), one(), other()];
    expect(new Set(drawn).size).toBe(3);
    for (const offset of drawn) expect(offset < late()).toBe(true);
  });

  it("of one delivery are in a row, whatever else the emitter draws", () => {
    let now = NOW;
    const draw = offsetSource(() => now);
    const rows = [draw(3), draw(200), draw(1)];
    now += 1;
    rows.push(draw(2));
    expect([...rows.flat()].sort()).toEqual(rows.flat());
    for (const row of rows) expect(new Set(row.map(timeOf)).size).toBe(1);
    expect(new Set(rows.flat()).size).toBe(206);
  });

  it("can be ahead, and hold back no other", () => {
    const draw = offsetSource(() => NOW);
    const [ahead = ""] = draw(2, 500);
    expect(timeOf(ahead)).toBe(NOW + 500);
    expect(draw(1).map(timeOf)).toEqual([NOW]);
  });

  it("tell their time", () => {
    expect(timeOf(offsetsOneByOne(() => NOW)())).toBe(NOW);
    expect(timeOf(offsetBound(NOW))).toBe(NOW);
  });

  it("have bounds before all of a millisecond and behind all earlier ones", () => {
    const bound = offsetBound(NOW);
    expect(bound < offsetsOneByOne(() => NOW, 0)()).toBe(true);
    expect(bound > offsetsOneByOne(() => NOW - 1, 36 ** 5 - 1)()).toBe(true);
    expect(offsetBound(0) < bound).toBe(true);
    expect(offsetBound(NOW + 0.5)).toBe(bound);
  });

  it.each([
    undefined,
    7,
    "",
    "x",
    offsetBound(NOW),
    `${offsetsOneByOne(() => NOW)()}#`,
    "HELLO, I AM A WORD",
  ])("are not %p", (value) => expect(isOffset(value)).toBe(false));

  it("are known again when a client sends them", () => {
    expect(isOffset(offsetsOneByOne(() => NOW)())).toBe(true);
  });
});
