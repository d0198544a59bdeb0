import { deliver } from "../../../../lambdas/core/delivery/delivery";
import type { Emit } from "../../../../lambdas/core/delivery/recipients";
import type { Member } from "../../../../lambdas/core/records";
import { offsetSource } from "../../../../lambdas/core/recovery/offsets";
import { SecondWrites } from "../../../../lambdas/core/recovery/second-writes";
import { emitTo, FanOut } from "../../../support/fan-out";
import {
  MemoryLog,
  MemoryReplays,
  MemorySessions,
  MemoryUndelivered,
} from "../../../support/memory-recovery";

const HOUR_MS = 3_600_000;

/** A listener that sends to many, and in between to its socket, which is on another connection by now. */
async function sentByWorkers(movedTo: Partial<Member>, failure?: Error) {
  const fanOut = new FanOut({ maxInlinePosts: 10 });
  const now = () => fanOut.now;
  const logs = {
    events: new MemoryLog(now),
    undelivered: new MemoryUndelivered(now),
    sessions: new MemorySessions(now),
    replays: new MemoryReplays(now),
  };
  fanOut.recovery = {
    windowMs: HOUR_MS,
    logMs: HOUR_MS,
    overlapMs: 0,
    drawOffsets: offsetSource(now),
    secondWrites: new SecondWrites(),
    ...logs,
  };
  fanOut.join(600, "room");
  const [socket] = fanOut.join(1);
  if (!socket) throw new Error("expected a member");
  fanOut.enter(socket.sid, [{ ...socket, connectionId: "new", ...movedTo }]);
  fanOut.outcome = (connectionId) => (connectionId === socket.connectionId ? "gone" : "sent");
  if (failure) fanOut.failures.set(socket.sid, failure);
  const target = { kind: "socket", socket: { ...socket, namespace: "/" } } as const;
  const alone: Emit = { target, frames: emitTo("room", "for you").frames };
  const services = { ...fanOut.services, recovery: fanOut.recovery };
  await fanOut.run(() => deliver(services, [emitTo("room", "news"), alone]));
  return { fanOut, socket };
}

describe("what workers post to a socket that has moved to another connection", () => {
  test("reaches it there, once, and the old connection is handed to disconnect", async () => {
    const { fanOut, socket } = await sentByWorkers({});
    expect(fanOut.received().get("new")).toEqual([expect.stringContaining('42["for you"')]);
    expect(fanOut.left).toEqual([socket.connectionId]);
    expect(fanOut.posted).toHaveLength(601);
  });

  test("is missing where the table cannot say where it is, which is logged: the others have theirs, once", async () => {
    const { fanOut } = await sentByWorkers({}, new Error("the table is away"));
    expect(fanOut.received().has("new")).toBe(false);
    expect(fanOut.posted).toHaveLength(600);
    expect(fanOut.logged).toEqual(["sockets that moved could not be found, and may lack events"]);
    expect(fanOut.caughtUp).toEqual([]);
  });

  test("is left to the log that it is being sent", async () => {
    const { fanOut } = await sentByWorkers({ activeFrom: Date.parse("2026-01-02T00:00:00Z") });
    expect(fanOut.received().has("new")).toBe(false);
  });
});
