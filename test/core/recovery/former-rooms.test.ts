import { push } from "../../../lambdas/core/push/push";
import { Barrier } from "../../support/barrier";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";
import { breaking, comeBack, drop, IN_B } from "./dropping";
import type { ReturningClient } from "./returning-client";

/** Alice, in rooms `a` and `b`, is away, and has missed events in both. */
async function aliceAway() {
  const { service, alice } = await aliceInRoom();
  await alice.send("join", "b");
  const time = new VirtualTime(service);
  await time.run(drop(service, alice));
  for (const text of ["one", "two"]) await time.run(say(service, IN_A, `a ${text}`));
  for (const text of ["one", "two"]) await time.run(say(service, IN_B, `b ${text}`));
  return { service, alice, time, breaking: breaking(service, time) };
}

async function leave(service: Service, { sid }: ReturningClient, room: string): Promise<void> {
  service.tick();
  await push(service.services, { sockets: [sid], leave: [room] });
}

describe("a room that is left when a recovery has broken off, before its client is cut", () => {
  test.each(["its client", "somebody else"])(
    "by %s: what was missed there until then comes with the next, in order, and nothing later",
    async (who) => {
      const { service, alice, time, breaking } = await aliceAway();
      const leaves = () => (who === "its client" ? alice.send("leave", "b") : leave(service, alice, "b"));
      await breaking("a two", () => alice.connect(), leaves);
      expect(alice.events()).toEqual(["said a one"]);
      service.tick();
      await time.run(say(service, IN_B, "not for her"));
      await time.run(say(service, IN_A, "a three"));
      expect(await comeBack(service, alice, time)).toEqual([
        "said a two",
        "said b one",
        "said b two",
        "said a three",
      ]);
      const [socket] = service.stores.socketRecords();
      expect(Object.keys(socket?.rooms ?? {})).toEqual(["a"]);
    },
  );

  test("has what was emitted in that moment, too, while she was in it", async () => {
    const { service, alice, time, breaking } = await aliceAway();
    let posting: Promise<unknown> | undefined;
    await breaking(
      "a two",
      () => alice.connect(),
      async () => {
        posting = say(service, IN_B, "b in time");
        await time.pause(20);
        await alice.send("leave", "b");
      },
    );
    await time.run(posting ?? Promise.reject());
    expect(alice.events()).toEqual(["said a one"]);
    expect((await comeBack(service, alice, time)).slice(-2)).toEqual(["said b two", "said b in time"]);
  });

  test("has it also where her connection breaks at once, and she is back before the log is complete", async () => {
    const { service, alice, time, breaking } = await aliceAway();
    const posting: Promise<unknown>[] = [];
    await breaking(
      "a two",
      () => alice.connect(),
      async () => {
        posting.push(say(service, IN_B, "b in time"));
        await time.pause(20);
        await alice.send("leave", "b");
        expect(alice.events()).toEqual(["said a one"]);
        await drop(service, alice);
        await alice.connect();
      },
    );
    await time.run(Promise.all(posting));
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said a two", "said b one", "said b two", "said b in time"]);
  });

  test("excepts her from what was emitted while she was in it, and from nothing later", async () => {
    const { service, alice, time, breaking } = await aliceAway();
    await time.run(say(service, { ...IN_A, exceptRooms: ["b"] }, "not for her"));
    await breaking(
      "a two",
      () => alice.connect(),
      () => alice.send("leave", "b"),
    );
    service.tick();
    await time.run(say(service, { ...IN_A, exceptRooms: ["b"] }, "for her"));
    expect(await comeBack(service, alice, time)).toEqual([
      "said a one",
      "said a two",
      "said b one",
      "said b two",
      "said for her",
    ]);
  });

  test("and joined again: what came in between does not", async () => {
    const { service, alice, time, breaking } = await aliceAway();
    await breaking(
      "a two",
      () => alice.connect(),
      async () => {
        await alice.send("leave", "b");
        service.tick();
        await say(service, IN_B, "not for her");
        service.tick();
        await alice.send("join", "b");
      },
    );
    await time.run(drop(service, alice));
    await time.run(say(service, IN_B, "b three"));
    await time.run(alice.connect());
    expect(alice.events()).toEqual(["said a one", "said a two", "said b one", "said b two", "said b three"]);
  });

  test("is remembered over a second recovery that breaks off, and forgotten after one that does not", async () => {
    const { service, alice, time, breaking } = await aliceAway();
    await breaking(
      "a two",
      () => alice.connect(),
      () => alice.send("leave", "b"),
    );
    await time.run(drop(service, alice));
    await breaking("b one", () => alice.connect());
    expect(alice.events()).toEqual(["said a one", "said a two"]);
    expect(await comeBack(service, alice, time)).toEqual(["said b one", "said b two"]);
    const { pid } = alice;
    await time.run(drop(service, alice));
    expect((await service.stores.sessions.load(pid))?.parked?.owed).toBeUndefined();
  });
});

test("a room that is left in a recovery whose Lambda has died is owed what was missed there", async () => {
  const { service, alice, time } = await aliceAway();
  const { read } = service.stores.events;
  let reads = 0;
  service.stores.events.read = async function* (...range) {
    reads += 1;
    // The second look into each of four rooms.
    if (reads > 4) await new Promise(() => {});
    yield* read.apply(service.stores.events, range);
  };
  const { post } = service.services.gateway;
  service.services.gateway.post = async () => "sent";
  void alice.connect();
  await time.run(time.pause(60_000));
  Object.assign(service.services.gateway, { post });
  service.stores.events.read = read;
  await leave(service, alice, "b");
  const events = await comeBack(service, alice, time);
  expect(events).toEqual(["said a one", "said a two", "said b one", "said b two"]);
});

test("a room is owed, too, where closing the old connection takes longer than she waits", async () => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
  try {
    const { service, alice, time, breaking } = await aliceAway();
    await breaking(
      "a two",
      () => alice.connect(),
      () => alice.send("leave", "b"),
    );
    alice.read();
    // Only her CONNECT closes it.
    service.queue.length = 0;
    const closing = new Barrier();
    service.stores.memberships.leaveAll = () => {
      closing.open();
      return new Promise(() => {});
    };
    const back = time.run(alice.connect());
    await closing.passed;
    // As long as a client waits.
    await jest.advanceTimersByTimeAsync(5_001);
    await service.untilPosted(alice.connection?.connectionId ?? "", 4);
    // What is left for CONNECT to do is to wait for the listeners.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    await jest.advanceTimersByTimeAsync(30_000);
    await back;
    expect(alice.events()).toEqual(["said a two", "said b one", "said b two"]);
  } finally {
    jest.useRealTimers();
  }
});

test("a room that others have her leave in the middle of a recovery brings what was emitted until then", async () => {
  const { service, alice, time } = await aliceAway();
  const others = time.pause(300).then(async () => {
    await say(service, IN_B, "b in time");
    await time.pause(20);
    await leave(service, alice, "b");
    await time.pause(20);
    await say(service, IN_B, "not for her");
  });
  await time.run(Promise.all([alice.connect(), others]));
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual(["said a one", "said a two", "said b one", "said b two", "said b in time"]);
});
