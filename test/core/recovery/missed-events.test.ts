import { logRanges, missedEvents } from "../../../lambdas/core/recovery/missed-events";
import { offsetBound, offsetSource } from "../../../lambdas/core/recovery/offsets";
import { withoutGot } from "../../../lambdas/core/recovery/written-anew";
import { offsetsOneByOne } from "../../support/offsets";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const joinedAt = (ms: number) => `${NOW + ms}-000000000000-0001`;

const socket = {
  sid: "@abcdefghijklmnopqrst",
  userId: "ada",
  rooms: { early: joinedAt(0), late: joinedAt(500) },
};

function event(ms: number, except: readonly string[] = []) {
  return { offset: offsetsOneByOne(() => NOW + ms)(), frames: ['42["x"]'], except };
}

describe("the logs of a socket's rooms are read", () => {
  it("from the client's offset on, and not from before the socket joined", () => {
    const after = offsetBound(NOW + 100);
    expect(logRanges(socket, after)).toEqual([
      { room: socket.sid, after },
      { room: "@all", after },
      { room: "@user:ada", after },
      { room: "early", after },
      { room: "late", after: offsetBound(NOW + 500) },
    ]);
  });
});

describe("of a room that the socket has joined again", () => {
  const again = { ...socket, since: { late: joinedAt(200) } };

  it("the log is read from the first of these joins on", () => {
    const late = { room: "late", after: offsetBound(NOW + 200) };
    expect(logRanges(again, offsetBound(NOW + 100))).toContainEqual(late);
  });

  it("events that except it are missed from before the first of these joins only", () => {
    const [before, since] = [event(199, ["late"]), event(200, ["late"])];
    expect(missedEvents(again, [[before, since]])).toEqual([before]);
  });
});

describe("missed events", () => {
  it("are merged from all rooms in the order of their offsets, each once", () => {
    const [first, second, third] = [event(1), event(2), event(3)];
    expect(missedEvents(socket, [[second], [first, third], [], [second, third]])).toEqual([
      first,
      second,
      third,
    ]);
  });

  it("are the latest of those that were logged anew, unless the socket was sent an earlier one", () => {
    const [first, other] = [event(1), event(2)];
    const again = { ...event(300), earlier: [first.offset] };
    expect(missedEvents(socket, [[first, other], [again]])).toEqual([other, again]);
    expect(missedEvents(socket, [[again, other]], new Set([first.offset]))).toEqual([other]);
  });

  describe("of a delivery that was logged anew", () => {
    const rowAt = (ms: number) => {
      const offsets = offsetSource(() => NOW + ms)(4);
      return offsets.map((offset) => ({ offset, frames: ['42["x"]'], except: [] }));
    };
    const first = rowAt(0);
    const again = rowAt(300).map((copy, index) => ({ ...copy, earlier: [first[index]?.offset ?? ""] }));
    const between = event(100);
    const third = rowAt(600).map((copy, index) => ({
      ...copy,
      earlier: [...(again[index]?.earlier ?? []), again[index]?.offset ?? ""],
    }));

    it.each([
      ["the copies where they are all there", [...first, between, ...again], [between, ...again]],
      [
        "the first where the copies are being written",
        [...first, between, ...again.slice(0, 2)],
        [...first, between],
      ],
      ["copies for what of the first is gone", [...first.slice(0, 3), ...again], again],
      [
        "the beginning of the first, where both are being taken out",
        [...first.slice(0, 2), ...again.slice(0, 1)],
        first.slice(0, 2),
      ],
      ["the last copies of all", [...first, ...again, ...third], third],
      ["the second of three, the last of which is being written", [...again, ...third.slice(0, 1)], again],
      ["the first of three", [...first, ...again.slice(0, 3), ...third.slice(0, 2)], first],
    ])("are %s", (_which, logged, missed) => {
      expect(missedEvents(socket, [logged])).toEqual(missed);
    });

    it("are no news behind an event that was got under its first offset", () => {
      const got = first[1]?.offset ?? "";
      expect(withoutGot(again, got)).toEqual(again.slice(2));
      expect(withoutGot(again, undefined)).toEqual(again);
      expect(withoutGot(again, between.offset)).toEqual(again);
    });

    it("are what the socket was not sent under an earlier offset", () => {
      const sent = new Set(first.slice(0, 2).map(({ offset }) => offset));
      expect(missedEvents(socket, [again], sent)).toEqual(again.slice(2));
    });
  });

  it.each([
    ["the socket itself", [socket.sid]],
    ["its user", ["@user:ada"]],
    ["everyone", ["@all"]],
    ["a room that it was in", ["other", "early"]],
  ])("are without those that except %s", (_whom, except) => {
    expect(missedEvents(socket, [[event(600, except)]])).toEqual([]);
  });

  it.each([
    ["another socket", ["@zzzzzzzzzzzzzzzzzzzz"]],
    ["a room that it was not in", ["other", "constructor"]],
    ["a room that it joined later", ["late"]],
  ])("are with those that except %s", (_whom, except) => {
    expect(missedEvents(socket, [[event(400, except)]])).toHaveLength(1);
  });
});
