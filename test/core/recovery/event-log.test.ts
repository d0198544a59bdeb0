import { Server } from "../../../lambdas/core";
import { deliver } from "../../../lambdas/core/delivery/delivery";
import { push } from "../../../lambdas/core/push/push";
import { logEmits } from "../../../lambdas/core/recovery/event-log";
import { isOffset } from "../../../lambdas/core/recovery/offsets";
import type { CoreService } from "../../support/core-service";
import { inRooms, said, watchWrites } from "./log-writes";
import { recoverable, WINDOW_MS } from "./returning-client";

function service(): CoreService {
  const io = new Server();
  io.on("join", (socket, room) => socket.join(room));
  io.on("reply", (socket) => socket.emit("replied"));
  io.on("volatile", (socket) => {
    socket.volatile.emit("passing", "to one");
    io.volatile.to("a").emit("passing", "to a room");
    io.to("a").volatile.timeout(50).emit("passing", "timed");
    socket.volatile.to("a").emit("passing", "to others");
    socket.volatile.timeout(50).emit("passing", "timed, to one");
  });
  io.on("both", (socket) => {
    socket.volatile.emit("passing");
    socket.emit("kept");
  });
  io.on("ask", (socket) => {
    socket.timeout(50).emit("question", () => {});
    socket.broadcast.timeout(50).emit("question", () => {});
  });
  return recoverable(io);
}

describe("events are logged", () => {
  test("once for each emit and room, however many are in it, before anybody looks who is", async () => {
    const core = service();
    for (let index = 0; index < 5; index += 1) await (await core.socketIo()).send('42["join","a"]');
    const writes = watchWrites(core, () => core.stores.calls.push("logged"));
    core.stores.calls.length = 0;
    await push(core.services, [
      { rooms: ["a"], event: "said" },
      { rooms: ["a", "b"], event: "said" },
      { everyone: true, event: "said" },
    ]);
    expect(writes).toEqual([4]);
    expect(core.stores.events.entries.map(({ room }) => room)).toEqual(["a", "a", "b", "@all"]);
    expect(core.stores.calls.filter((call) => /logged|members/.test(call))[0]).toBe("logged");
  });

  test("so many of a burst with one request, one request after the other", async () => {
    const core = service();
    let underWay = 0;
    const { append } = core.stores.events;
    const writes: number[] = [];
    core.stores.events.append = async (entries) => {
      underWay += 1;
      expect(underWay).toBe(1);
      writes.push(entries.length);
      await append.call(core.stores.events, entries);
      underWay -= 1;
    };
    const emits = Array.from({ length: 30 }, (_, index) => ({
      rooms: ["a", "b"],
      event: "said",
      data: index,
    }));
    await push(core.services, emits);
    expect(writes).toEqual([25, 25, 10]);
  });

  test("in the room of the socket, where it is sent to one", async () => {
    const core = service();
    const client = await core.socketIo();
    const writes = watchWrites(core);
    await client.send('42["reply"]');
    expect(writes).toEqual([1]);
    expect(core.stores.events.entries[0]?.room).toBe(core.stores.socketRecords()[0]?.sid);
  });

  test("not where only a plain JSON socket gets them, nor where an ack is asked for", async () => {
    const core = service();
    const writes = watchWrites(core);
    const json = await core.connection();
    await json.send({ event: "reply" });
    const [one, other] = [await core.socketIo(), await core.socketIo()];
    await one.send('42["ask"]');
    expect(writes).toEqual([]);
    for (const client of [one, other]) {
      for (const frame of client.take().slice(1)) expect(frame).toMatch(/^42\d+\["question"\]$/);
    }
  });

  test("not where they are volatile, though they end with offsets as any other", async () => {
    const core = service();
    const [one, other] = [await core.socketIo(), await core.socketIo()];
    for (const client of [one, other]) await client.send('42["join","a"]');
    const writes = watchWrites(core);
    for (const client of [one, other]) client.take();
    await one.send('42["volatile"]');
    expect(writes).toEqual([]);
    const events = (client: typeof one) => client.take().map((frame) => JSON.parse(frame.slice(2)));
    const [mine, others] = [events(one), events(other)];
    for (const [, , offset] of [...mine, ...others]) expect(isOffset(offset)).toBe(true);
    expect(mine.map(([, text]) => text)).toEqual(["to one", "to a room", "timed", "timed, to one"]);
    expect(others.map(([, text]) => text)).toEqual(["to a room", "timed", "to others"]);
  });

  test("where they stand beside volatile ones: a socket is volatile for its own emit only", async () => {
    const core = service();
    const client = await core.socketIo();
    await client.send('42["both"]');
    expect(core.stores.events.entries.map(({ frames }) => frames)).toEqual([['42["kept"]']]);
  });

  test("with the excepted rooms, and as long as a drop may stay unnoticed", async () => {
    const core = service();
    await deliver(core.services, [{ target: inRooms("a"), frames: said("one") }]);
    expect(core.stores.events.entries).toMatchObject([
      {
        frames: ['42["said","one"]'],
        except: ["quiet"],
        expiresAt: (core.now + WINDOW_MS + 600_000) / 1_000,
      },
    ]);
  });

  test("with ascending offsets, as many at once as one request takes", async () => {
    const core = service();
    const writes = watchWrites(core);
    const emits = Array.from({ length: 120 }, (_, index) => ({
      target: inRooms("a"),
      frames: said(String(index)),
    }));
    const logged = await logEmits(core.services, emits);
    expect(writes).toEqual([25, 25, 25, 25, 20]);
    const offsets = logged.map(({ offset }) => offset ?? "");
    expect([...offsets].sort()).toEqual(offsets);
    expect(logged[7]?.frames["socket.io"]).toEqual([`42["said","7","${offsets[7]}"]`]);
    expect(logged[7]?.frames.json).toEqual(said("7").json);
  });
});
