import { push } from "../../../lambdas/core/push/push";
import { Barrier } from "../../support/barrier";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say, sayByWorkers } from "./alice";
import { breaking, comeBack, drop, IN_B } from "./dropping";
import type { ReturningClient } from "./returning-client";

/** The Lambda that closes her connection stops before it has parked her. */
async function dropUnparked(service: Service, alice: ReturningClient): Promise<void> {
  const { sessions } = service.stores;
  const { park } = sessions;
  sessions.park = async () => {
    throw new Error("killed");
  };
  service.gone.add(alice.connection?.connectionId ?? "");
  await alice.connection?.drop().catch(() => {});
  sessions.park = park;
}

test("a room that is left when a recovery has broken off is owed, too, where that began with a socket that nobody had parked", async () => {
  const { service, alice } = await aliceInRoom();
  await alice.send("join", "b");
  const time = new VirtualTime(service);
  await time.run(dropUnparked(service, alice));
  for (const text of ["one", "two"]) await time.run(say(service, IN_A, `a ${text}`));
  for (const text of ["one", "two"]) await time.run(say(service, IN_B, `b ${text}`));
  await breaking(service, time)(
    "a two",
    () => alice.connect(),
    () => alice.send("leave", "b"),
  );
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual(["said a one"]);
  expect(await comeBack(service, alice, time)).toEqual(["said a two", "said b one", "said b two"]);
});

async function operate(service: Service, { sid }: ReturningClient, verb: object): Promise<void> {
  service.tick();
  await push(service.services, { sockets: [sid], ...verb });
}

/** Of 400, some three seconds until `activeFrom`. */
test.each([1, 400])(
  "who is taken out of a room in the middle of a recovery (of %d events) and let in again does not get what was emitted between",
  async (missed) => {
    const { service, alice } = await aliceInRoom();
    await alice.send("join", "b");
    const time = new VirtualTime(service);
    await time.run(drop(service, alice));
    for (let index = 0; index < missed; index += 1) await say(service, IN_A, `a ${index}`);
    const back = alice.connect();
    let kicked = false;
    const { create } = service.stores.sockets;
    const others: Promise<unknown>[] = [];
    service.stores.sockets.create = async (socket) => {
      const created = await create.call(service.stores.sockets, socket);
      others.push(
        (async () => {
          await time.pause(20);
          await operate(service, alice, { leave: ["b"] });
          kicked = !service.stores.socketRecords().some(({ rooms }) => "b" in rooms);
          await time.pause(50);
          await say(service, IN_B, "private");
          await time.pause(50);
          await operate(service, alice, { join: ["b"] });
          await time.pause(20);
          await say(service, IN_B, "for her again");
        })(),
      );
      return created;
    };
    await time.run(back);
    await time.run(Promise.all(others));
    expect(kicked).toBe(true);
    expect(alice.recovered).toBe(true);
    const events = alice.events();
    expect(events.filter((one) => !one.startsWith("said a "))).toEqual(["said for her again"]);
  },
);

test("an event that was refused, of a room that was left then, comes though the recovery that brings it breaks off at it", async () => {
  const { service, alice } = await aliceInRoom();
  await alice.send("join", "b");
  const time = new VirtualTime(service);
  await time.run(say(service, IN_A, "first"));
  expect(alice.events()).toEqual(["said first"]);
  const { gateway } = service.services;
  const { post } = gateway;
  let tries = 0;
  const replayed = new Barrier();
  gateway.post = async (recipient, frame) => {
    if (frame.includes('"two"')) {
      replayed.open();
      // Many are missed: posting them takes longer than that event is tried.
      while (service.stores.undelivered.events.length === 0) await new Promise(setImmediate);
    }
    if (!frame.includes('"refused"')) return post(recipient, frame);
    tries += 1;
    if (tries === 1) {
      // API Gateway throttles, and the post is tried again for two seconds: until she is being recovered.
      await replayed.passed;
      return "throttled";
    }
    return tries === 2 ? "throttled" : post(recipient, frame);
  };
  const saying = say(service, IN_B, "refused");
  await time.run(time.pause(20));
  await time.run(alice.send("leave", "b"));
  await time.run(drop(service, alice));
  for (const text of ["one", "two"]) await time.run(say(service, IN_A, text));
  await time.run(time.pause(1_000));
  await time.run(Promise.all([alice.connect(), saying]));
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual(["said one", "said two"]);
  await time.run(drop(service, alice));
  await time.run(alice.connect());
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual(["said refused"]);
});

/** Alice is away; when she is back, workers have something for her whose offset lies behind `activeFrom`. */
async function away() {
  const { service, alice } = await aliceInRoom();
  const time = new VirtualTime(service);
  await time.run(say(service, IN_A, "first"));
  alice.read();
  await time.run(drop(service, alice));
  const { sockets } = service.stores;
  const { create } = sockets;
  let late: (() => Promise<void>) | undefined;
  sockets.create = async (socket) => {
    const created = await create.call(sockets, socket);
    // The table is slow: that is after `activeFrom`.
    await time.pause(1_500);
    late = await sayByWorkers(service, "by workers");
    void say(service, IN_A, "between");
    void time.pause(30).then(() => say(service, IN_A, "later"));
    sockets.create = create;
    return created;
  };
  return { service, alice, time, workers: () => late?.() ?? Promise.reject(new Error("none")) };
}

test("what a recovery sent behind its `activeFrom` before it broke off is not posted by workers after the next", async () => {
  const { service, alice, time, workers } = await away();
  const { post } = service.services.gateway;
  service.services.gateway.post = async (recipient, frame) =>
    frame.includes('"later"') ? "failed" : post(recipient, frame);
  await time.run(alice.connect());
  Object.assign(service.services.gateway, { post });
  expect(alice.recovered).toBe(true);
  const first = alice.events();
  await time.run(drop(service, alice));
  await time.run(alice.connect());
  const second = alice.events();
  await time.run(workers());
  expect({ first, second, late: alice.events() }).toEqual({
    first: ["said by workers", "said between"],
    second: ["said later"],
    late: [],
  });
});
