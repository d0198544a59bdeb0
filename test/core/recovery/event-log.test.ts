import { Server } from "../../../lambdas/core";
import { deliver } from "../../../lambdas/core/delivery/delivery";
import { encodeFrames } from "../../../lambdas/core/delivery/frames";
import { push } from "../../../lambdas/core/push/push";
import { logEmits, unlogEmits } from "../../../lambdas/core/recovery/event-log";
import { isOffset, offsetBound, timeOf } from "../../../lambdas/core/recovery/offsets";
import type { CoreService } from "../../support/core-service";
import { recoverable, WINDOW_MS } from "./returning-client";

const inRooms = (...rooms: string[]) =>
  ({ kind: "rooms", namespace: "/", rooms, except: ["quiet"] }) as const;
const said = (text: string) => encodeFrames("/", "said", [text]);

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

/** The calls that write the log, with the number of items of each. */
function watchWrites({ stores: { events } }: CoreService, before: () => void = () => {}): number[] {
  const writes: number[] = [];
  const { append } = events;
  events.append = async (entries) => {
    before();
    writes.push(entries.length);
    await append.call(events, entries);
  };
  return writes;
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
    expect(writes).toEqual([24, 24, 12]);
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

describe("a delivery of so many events that the log takes its time", () => {
  const emits = Array.from({ length: 1_000 }, () => ({ target: inRooms("a"), frames: said("one") }));

  test("has offsets of the moment in which it is written, and nobody posts it before", async () => {
    const core = service();
    const startedAt = core.now;
    const writes = watchWrites(core, () => {
      core.now += 7;
    });
    const logged = await logEmits(core.services, emits);
    expect(writes).toHaveLength(40);
    const [dueAt] = new Set(logged.map(({ offset = "" }) => timeOf(offset)));
    expect(dueAt).toBe(startedAt + 300);
    expect(core.now).toBe(dueAt);
    expect(core.log).toEqual([]);
  });

  test("is late where it takes longer than it should", async () => {
    const core = service();
    watchWrites(core, () => {
      core.now += 13;
    });
    await logEmits(core.services, emits);
    expect(core.log.map(({ message }) => message)).toEqual([expect.stringMatching(/logged late/)]);
  });
});

describe("an event that takes long to be logged", () => {
  const emit = { target: inRooms("a"), frames: said("one") };

  test("is written again with a later offset, which says what the first was", async () => {
    const core = service();
    const startedAt = core.now;
    let isFirst = true;
    watchWrites(core, () => {
      core.now += isFirst ? 201 : 200;
      isFirst = false;
    });
    const [logged] = await logEmits(core.services, [emit]);
    const { entries } = core.stores.events;
    expect(entries.map(({ offset }) => offset)).toEqual([...(logged?.earlier ?? []), logged?.offset]);
    expect(entries[1]?.earlier).toEqual(logged?.earlier);
    expect(logged?.earlier?.map(timeOf)).toEqual([startedAt]);
    expect((logged?.offset ?? "") >= offsetBound(startedAt + 201)).toBe(true);
    expect(core.log).toEqual([]);
  });

  test("is sent all the same when it always does, and the log says so", async () => {
    const core = service();
    watchWrites(core, () => {
      core.now += 500;
    });
    await logEmits(core.services, [emit]);
    expect(core.log.map(({ message }) => message)).toEqual([expect.stringMatching(/logged late/)]);
  });

  test("is hardly ever written anew by a table that is late with all, as that gives it more to do", async () => {
    const core = service();
    const writes = watchWrites(core, () => {
      core.now += 500;
    });
    for (let one = 0; one < 100; one += 1) await logEmits(core.services, [emit]);
    expect(writes.length).toBeGreaterThan(100);
    expect(writes.length).toBeLessThanOrEqual(115);
  });

  test("is not written anew where it is for so many rooms that it takes its time", async () => {
    const core = service();
    const writes = watchWrites(core, () => {
      core.now += 500;
    });
    const rooms = Array.from({ length: 600 }, (_, index) => `room ${index}`);
    await logEmits(core.services, [{ ...emit, target: inRooms(...rooms) }]);
    expect(writes).toEqual([600]);
  });
});

describe("events that are not going to be posted", () => {
  const emits = Array.from({ length: 60 }, (_, index) => ({ rooms: ["a"], event: "said", data: index }));

  test("leave nothing in the log where part of them could not be written", async () => {
    const core = service();
    const { append } = core.stores.events;
    let chunks = 0;
    core.stores.events.append = async (entries) => {
      chunks += 1;
      await append.call(core.stores.events, chunks === 3 ? entries.slice(0, 5) : entries);
      if (chunks === 3) throw new Error("the table is away");
    };
    await expect(push(core.services, emits)).rejects.toThrow("the table is away");
    expect(core.stores.events.entries).toEqual([]);
  });

  test("leave nothing in the log, nor under the offsets that they had at first", async () => {
    const core = service();
    watchWrites(core, () => {
      core.now += 500;
    });
    const logged = await logEmits(core.services, [{ target: inRooms("a"), frames: said("one") }]);
    expect(core.stores.events.entries).toHaveLength(3);
    await unlogEmits(core.services, logged);
    expect(core.stores.events.entries).toEqual([]);
  });

  test("leave nothing in the log where nobody can say who gets them", async () => {
    const core = service();
    core.stores.memberships.members = async () => {
      throw new Error("the table is away");
    };
    await expect(push(core.services, emits)).rejects.toThrow("the table is away");
    expect(core.stores.events.entries).toEqual([]);
  });
});
