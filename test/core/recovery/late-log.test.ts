import { Server } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import { logEmits, unlogEmits } from "../../../lambdas/core/recovery/event-log";
import { offsetBound, timeOf } from "../../../lambdas/core/recovery/offsets";
import { aliceInRoom, IN_A, say } from "./alice";
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
    expect(core.now).toBe((dueAt ?? 0) + 1);
    expect(core.log).toEqual([]);
  });

  test("is written again where it takes longer, with offsets as far ahead as that", async () => {
    const core = service();
    const startedAt = core.now;
    const writes = watchWrites(core, () => {
      core.now += 15;
    });
    const logged = await logEmits(core.services, emits);
    expect(writes).toHaveLength(80);
    expect(logged.map(({ offset = "" }) => timeOf(offset) - startedAt)).toContain(600 + 500);
    expect(core.now - startedAt).toBe(1_200);
    expect(core.log).toEqual([]);
  });

  test("gets the time that its room takes for it, four seconds at most, and volatile ones none", async () => {
    const core = service();
    const large = { target: inRooms("a"), frames: said("x".repeat(2_800)) };
    const startedAt = core.now;
    await logEmits(
      core.services,
      Array.from({ length: 700 }, () => large),
    );
    expect(core.now - startedAt).toBe(700 * 3 - 1_000 - 100 + 1);
    await logEmits(
      core.services,
      Array.from({ length: 2_000 }, () => large),
    );
    expect(core.now - startedAt).toBe(1_001 + 4_001);
    await logEmits(
      core.services,
      Array.from({ length: 2_000 }, () => ({ ...large, isVolatile: true })),
    );
    expect(core.now - startedAt).toBe(5_002);
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

  test("for so many rooms that it takes its time is in time the second time", async () => {
    const core = service();
    const writes = watchWrites(core, () => {
      core.now += 500;
    });
    const rooms = Array.from({ length: 600 }, (_, index) => `room ${index}`);
    await logEmits(core.services, [{ ...emit, target: inRooms(...rooms) }]);
    expect(writes).toEqual([600, 600]);
    expect(core.log).toEqual([]);
  });

  test("is not written anew where that would take as long again as nobody should wait", async () => {
    const core = service();
    const writes = watchWrites(core, () => {
      core.now += 4_001;
    });
    await logEmits(core.services, [emit]);
    expect(writes).toEqual([1]);
    expect(core.log.map(({ message }) => message)).toEqual([expect.stringMatching(/logged late/)]);
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

test.each([1, 5])("of %d events that were logged late, and refused then, each comes once", async (count) => {
  const { service: core, alice } = await aliceInRoom();
  await say(core, IN_A, "hello");
  expect(alice.events()).toEqual(["said hello"]);
  let isFirst = true;
  watchWrites(core, () => {
    core.now += isFirst ? 250 : 1;
    isFirst = false;
  });
  core.gone.add(alice.connection?.connectionId ?? "");
  await push(
    core.services,
    Array.from({ length: count }, (_, index) => ({ ...IN_A, event: "said", data: index })),
  );
  await alice.connection?.drop();
  await alice.connect();
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual(Array.from({ length: count }, (_, index) => `said ${index}`));
});
