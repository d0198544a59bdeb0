import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { LogEntry } from "../../../lambdas/core/recovery/ports";
import { Replay } from "../../../lambdas/core/recovery/replay";
import { MemoryLog, MemoryUndelivered } from "../../support/memory-recovery";
import { offsetsOneByOne } from "../../support/offsets";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ROOMS = ["a", "b", "c", "d", "e"];
const SOCKET = {
  namespace: "/",
  sid: "@abcdefghijklmnopqrst",
  rooms: Object.fromEntries(ROOMS.map((room) => [room, `${NOW}-000000000000-0001`])),
};

/** So many events in each of the rooms, behind so many that except the socket. */
async function replayOf(
  count: number,
  entry: Partial<LogEntry> = {},
  rooms: readonly string[] = ["a"],
  excepted = 0,
) {
  const log = new MemoryLog(() => NOW);
  const next = offsetsOneByOne(() => NOW + 1_000);
  for (let one = 0; one < excepted + count; one += 1) {
    const except = one < excepted ? [SOCKET.sid] : [];
    const base = { namespace: "/", offset: next(), frames: ["42[1]"], except, expiresAt: NOW / 1_000 + 60 };
    await log.append(rooms.map((room) => ({ ...base, room, ...entry })));
  }
  const stores = { events: log, undelivered: new MemoryUndelivered(() => NOW) };
  return new Replay(stores, { after: offsetBound(NOW), connectionId: "c=" }).upTo(NOW + 2_000, SOCKET);
}

describe("how much a socket missed", () => {
  it("is at most 2,500 events", async () => {
    expect(await replayOf(2_500)).toHaveLength(2_500);
    expect(await replayOf(2_501)).toBeUndefined();
  });

  it("is at most four million characters", async () => {
    expect(await replayOf(4, { frames: ["x".repeat(1_000_000)] })).toHaveLength(4);
    expect(await replayOf(5, { frames: ["x".repeat(1_000_000)] })).toBeUndefined();
  });

  it("counts an event in several of its rooms once", async () => {
    expect(await replayOf(2_500, {}, ROOMS)).toHaveLength(2_500);
    expect(await replayOf(2_501, {}, ROOMS)).toBeUndefined();
  });

  it("does not count what others were meant by", async () => {
    expect(await replayOf(2_500, {}, ["a"], 30_000)).toHaveLength(2_500);
    expect(await replayOf(2_501, {}, ["a"], 30_000)).toBeUndefined();
  });

  it("is not found out where all together is more than 50,000 events, or 32 million characters", async () => {
    expect(await replayOf(0, {}, ["a"], 50_000)).toEqual([]);
    expect(await replayOf(0, {}, ["a"], 50_001)).toBeUndefined();
    const frames = ["x".repeat(1024 * 1024)];
    expect(await replayOf(0, { frames }, ["a"], 32)).toEqual([]);
    expect(await replayOf(0, { frames }, ["a"], 33)).toBeUndefined();
  });
});
