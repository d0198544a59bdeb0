import { Server } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import { logEmits, unlogEmits } from "../../../lambdas/core/recovery/event-log";
import { offsetBound, timeOf } from "../../../lambdas/core/recovery/offsets";
import { inRooms, said, watchWrites } from "./log-writes";
import { recoverable } from "./returning-client";

const service = () => recoverable(new Server());

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
