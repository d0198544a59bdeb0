import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { movesAt } from "../../../lambdas/core/heartbeat/moving";
import { push } from "../../../lambdas/core/push/push";
import { CoreService } from "../../support/core-service";
import { ReturningClient, WINDOW_MS } from "../recovery/returning-client";

const MINUTE = 60_000;

class Day {
  readonly heard: string[] = [];
  readonly service: CoreService;

  constructor(recoveryWindowMs: number) {
    const io = new Server();
    io.on("connection", (socket) => socket.join("a"));
    io.on("disconnect", (_socket, reason) => this.heard.push(reason));
    this.service = new CoreService(io, { recoveryWindowMs });
  }

  /** Minute after minute, in which the client answers pings; until it is cut, which it answers. */
  async minutesUntilCut(send: (frame: string) => Promise<void>, limit: number): Promise<number> {
    for (let minute = 1; minute <= limit; minute += 1) {
      this.service.now += MINUTE;
      await heartbeat({ ...this.service.services, runs: this.service.stores.runs });
      await this.service.settle();
      if (this.service.cut.length > 0) return minute;
      for (const frames of this.service.posted.values()) {
        for (const frame of frames) if (frame === "2" || frame === '{"ping":true}') await send(frame);
      }
    }
    return Number.POSITIVE_INFINITY;
  }
}

describe("a connection that nears two hours", () => {
  it("of a client that can recover is moved, and nothing is lost", async () => {
    const day = new Day(WINDOW_MS);
    const client = await new ReturningClient(day.service).connect();
    const { sid, connection } = client;
    const minute = await day.minutesUntilCut(async () => {
      client.read();
      await connection?.send("3");
    }, 120);
    expect(minute).toBeGreaterThanOrEqual(80);
    expect(minute).toBeLessThanOrEqual(116);
    expect(day.heard).toEqual(["transport close"]);
    await connection?.drop();
    await day.service.settle();
    expect(day.heard).toHaveLength(1);
    await push(day.service.services, { rooms: ["a"], event: "said", data: "meanwhile" });
    await client.connect();
    expect([client.recovered, client.sid]).toEqual([true, sid]);
    expect(client.events()).toEqual(["said meanwhile"]);
  });

  it("of a plain JSON client is moved with a word to it", async () => {
    const day = new Day(0);
    const client = await day.service.connection();
    const frames: unknown[] = [];
    await day.minutesUntilCut(async () => {
      frames.push(...client.takeJson());
      await client.send({ pong: true });
    }, 120);
    frames.push(...client.takeJson());
    expect(frames.at(-1)).toEqual({ disconnect: { reason: "transport close", reconnect: true } });
    expect(day.heard).toEqual(["transport close"]);
    expect(day.service.stores.isEmpty()).toBe(true);
  });

  it("of a Socket.IO client is left alone where it could not recover", async () => {
    const day = new Day(0);
    const client = await day.service.socketIo();
    const minute = await day.minutesUntilCut(async () => {
      client.take();
      await client.send("3");
    }, 119);
    expect(minute).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("moves", () => {
  it("of many that connected at once are spread evenly over minutes 80 to 115", () => {
    const minutes = Array.from({ length: 7_000 }, (_, index) => {
      const connectionId = `L0SM9${index.toString(36)}FvHcCIhw=`;
      const liveness = { connectionId, connectedAt: 0, protocol: "socket.io" as const };
      return (movesAt(liveness, { recoveryWindowMs: 1 }) ?? 0) / MINUTE;
    });
    const counts = new Map<number, number>();
    for (const minute of minutes) counts.set(minute, (counts.get(minute) ?? 0) + 1);
    expect([Math.min(...minutes), Math.max(...minutes)]).toEqual([80, 114]);
    expect(counts.size).toBe(35);
    expect(Math.max(...counts.values())).toBeLessThan(300);
  });
});

describe("a ghost", () => {
  it("whose client vanished right after a pong is present for pingInterval, pingTimeout and 90 s at most", async () => {
    const longest = (480 + 120 + 90) * 1_000;
    const stays: number[] = [];
    // Runs fall anywhere between a ping's due time and the next minute.
    for (let phase = 0; phase < 60; phase += 7) {
      const day = new Day(0);
      const client = await day.service.socketIo();
      day.service.now += phase * 1_000;
      let vanishedAt = 0;
      for (let minute = 0; minute < 30 && day.heard.length === 0; minute += 1) {
        day.service.now += MINUTE;
        await heartbeat({ ...day.service.services, runs: day.service.stores.runs });
        await day.service.settle();
        if (vanishedAt > 0 || !client.take().includes("2")) continue;
        await client.send("3");
        vanishedAt = day.service.now;
      }
      stays.push(day.service.now - vanishedAt);
      expect(day.heard).toEqual(["ping timeout"]);
    }
    expect(Math.max(...stays)).toBeLessThanOrEqual(longest);
    expect(Math.max(...stays)).toBeGreaterThan(longest - 2 * MINUTE);
  });
});
