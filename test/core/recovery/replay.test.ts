import { offsetBound, offsetSource } from "../../../lambdas/core/recovery/offsets";
import type { LogEntry } from "../../../lambdas/core/recovery/ports";
import { Replay } from "../../../lambdas/core/recovery/replay";
import { MemoryLog, MemoryUndelivered } from "../../support/memory-recovery";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ROOM_STAMP = `${NOW}-000000000000-0001`;
const SOCKET = {
  namespace: "/",
  sid: "@abcdefghijklmnopqrst",
  rooms: { a: ROOM_STAMP, b: ROOM_STAMP },
};

/** So many events, in each of the rooms. */
async function replayOf(count: number, entry: Partial<LogEntry> = {}, rooms: readonly string[] = ["a"]) {
  const log = new MemoryLog(() => NOW);
  const next = offsetSource(() => NOW + 1_000);
  for (let one = 0; one < count; one += 1) {
    const offset = next();
    const base = { namespace: "/", offset, frames: ["42[1]"], except: [], expiresAt: NOW / 1_000 + 60 };
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
    expect(await replayOf(2_000, {}, ["a", "b"])).toHaveLength(2_000);
  });

  it("does not count what others were meant by, up to four times as much", async () => {
    expect(await replayOf(10_000, { except: [SOCKET.sid] })).toEqual([]);
    expect(await replayOf(10_001, { except: [SOCKET.sid] })).toBeUndefined();
  });
});
