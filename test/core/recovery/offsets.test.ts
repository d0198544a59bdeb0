import { isOffset, offsetBound, offsetSource, timeOf } from "../../../lambdas/core/recovery/offsets";

const NOW = Date.parse("2026-01-01T00:00:00Z");

describe("offsets", () => {
  it("of one emitter ascend in the order of its emits, within a millisecond and over thousands", () => {
    let now = NOW;
    const next = offsetSource(() => now);
    const drawn = Array.from({ length: 3_000 }, (_, index) => {
      if (index % 1_000 === 999) now += 1;
      return next();
    });
    expect([...drawn].sort()).toEqual(drawn);
    expect(new Set(drawn).size).toBe(3_000);
  });

  it("ascend also when the clock is set back", () => {
    let now = NOW;
    const next = offsetSource(() => now);
    const first = next();
    now -= 5_000;
    expect(next() > first).toBe(true);
  });

  it("of several emitters sort by their milliseconds, and are never the same", () => {
    const [one, other] = [offsetSource(() => NOW, 1), offsetSource(() => NOW, 36 ** 5 - 1)];
    const late = offsetSource(() => NOW + 1, 0);
    const drawn = [one(), one(), other()];
    expect(new Set(drawn).size).toBe(3);
    for (const offset of drawn) expect(offset < late()).toBe(true);
  });

  it("tell their time", () => {
    expect(timeOf(offsetSource(() => NOW)())).toBe(NOW);
    expect(timeOf(offsetBound(NOW))).toBe(NOW);
  });

  it("have bounds before all of a millisecond and behind all earlier ones", () => {
    const bound = offsetBound(NOW);
    expect(bound < offsetSource(() => NOW, 0)()).toBe(true);
    expect(bound > offsetSource(() => NOW - 1, 36 ** 5 - 1)()).toBe(true);
    expect(offsetBound(0) < bound).toBe(true);
  });

  it.each([undefined, 7, "", "x", offsetBound(NOW), `${offsetSource(() => NOW)()}#`, "HELLO, I AM A WORD"])(
    "are not %p",
    (value) => expect(isOffset(value)).toBe(false),
  );

  it("are known again when a client sends them", () => {
    expect(isOffset(offsetSource(() => NOW)())).toBe(true);
  });
});
