import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, say, sayByWorkers } from "./alice";

/** Alice has got a later event, and drops, before the workers come to her with an earlier one, and with `others`. */
async function aliceOvertaking(...others: string[]) {
  const { service, alice } = await aliceInRoom();
  const time = new VirtualTime(service);
  const workers = await sayByWorkers(service, "by workers");
  await say(service, IN_A, "later");
  expect(alice.events()).toEqual(["said later"]);
  const late: (() => Promise<void>)[] = [];
  for (const text of others) late.push(await sayByWorkers(service, text));
  await alice.connection?.drop();
  return { service, alice, time, workers, late };
}

describe("an event that workers have not posted yet when its client, with a later one, drops", () => {
  test("is posted when they come after its recovery", async () => {
    const { service, alice, time, workers } = await aliceOvertaking();
    await time.run(say(service, IN_A, "while away"));
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said while away"]);
    await time.run(workers());
    expect(alice.events()).toEqual(["said by workers"]);
    await time.run(workers());
    expect(alice.events()).toEqual([]);
  });

  test("is posted behind what was missed when they come in the middle of its recovery", async () => {
    const { service, alice, time, workers } = await aliceOvertaking();
    await time.run(say(service, IN_A, "while away"));
    const coming = time.pause(500).then(workers);
    await time.run(Promise.all([alice.connect(), coming]));
    expect(alice.events()).toEqual(["said while away", "said by workers"]);
  });

  test("is posted on the connection that it has by then, however often it drops", async () => {
    const { service, alice, time, workers } = await aliceOvertaking();
    await time.run(alice.connect());
    await time.run(say(service, IN_A, "later still"));
    expect(alice.events()).toEqual(["said later still"]);
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(alice.connect());
    await time.run(workers());
    expect(alice.events()).toEqual(["said by workers"]);
  });
});

test("what workers have not posted yet is read from the log where no later event has come", async () => {
  const { service, alice } = await aliceInRoom();
  const time = new VirtualTime(service);
  const workers = await sayByWorkers(service, "by workers");
  await alice.connection?.drop();
  await time.run(alice.connect());
  expect(alice.events()).toEqual(["said by workers"]);
  await time.run(workers());
  expect(alice.events()).toEqual([]);
});

describe("what workers have not posted yet when its client has got it from the log", () => {
  /** She has overtaken "first" before she drops, and gets "second" with her recovery. */
  async function aliceRecovered() {
    const { service, alice, time, workers: first, late } = await aliceOvertaking("second");
    const second = async () => late[0]?.();
    await time.run(say(service, IN_A, "while away"));
    await time.run(alice.connect());
    expect(alice.events()).toEqual(["said second", "said while away"]);
    const comeBack = async () => {
      await time.run(alice.connection?.drop() ?? Promise.resolve());
      await time.run(alice.connect());
      expect(alice.recovered).toBe(true);
    };
    return { service, alice, time, first, second, comeBack };
  }

  test("does not come again when they come after a second recovery, and what she never got does", async () => {
    const { alice, time, first, second, comeBack } = await aliceRecovered();
    await comeBack();
    await time.run(second());
    expect(alice.events()).toEqual([]);
    await time.run(first());
    expect(alice.events()).toEqual(["said by workers"]);
  });

  test("does not come again where she has got later events, and what these have overtaken does", async () => {
    const { service, alice, time, first, second, comeBack } = await aliceRecovered();
    const third = await sayByWorkers(service, "third");
    await time.run(say(service, IN_A, "later still"));
    expect(alice.events()).toEqual(["said later still"]);
    await comeBack();
    await time.run(say(service, IN_A, "latest"));
    await comeBack();
    expect(alice.events()).toEqual(["said latest"]);
    await time.run(second());
    expect(alice.events()).toEqual([]);
    await time.run(first());
    await time.run(third());
    expect(alice.events()).toEqual(["said by workers", "said third"]);
  });

  test("comes with the next recovery where it did not arrive, and not again", async () => {
    const { service, alice, time, workers: first, late } = await aliceOvertaking("second");
    await time.run(say(service, IN_A, "while away"));
    const { post } = service.services.gateway;
    service.services.gateway.post = async () => "sent";
    await time.run(alice.connect());
    Object.assign(service.services.gateway, { post });
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(alice.connect());
    expect(alice.events()).toEqual(["said second", "said while away"]);
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(alice.connect());
    for (const workers of [...late, first]) await time.run(workers());
    expect(alice.events()).toEqual(["said by workers"]);
  });

  test("does not come again where her recovery broke off behind it", async () => {
    const { service, alice, time, workers: first, late } = await aliceOvertaking("second", "third", "fourth");
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) =>
      frame.includes('"fourth"') ? "failed" : post(recipient, frame);
    await time.run(alice.connect());
    Object.assign(service.services.gateway, { post });
    expect(alice.events()).toEqual(["said second", "said third"]);
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(alice.connect());
    expect(alice.events()).toEqual(["said fourth"]);
    for (const workers of [...late, first]) await time.run(workers());
    expect(alice.events()).toEqual(["said by workers"]);
  });

  test.each(["second", "first"] as const)(
    "(the %s) comes with the third recovery, where they find the second broken off, only if she never got it",
    async (which) => {
      const { service, alice, time, comeBack, ...workers } = await aliceRecovered();
      await time.run(alice.connection?.drop() ?? Promise.resolve());
      for (const text of ["third", "fourth"]) await time.run(say(service, IN_A, text));
      const { post } = service.services.gateway;
      service.services.gateway.post = async (recipient, frame) =>
        frame.includes('"fourth"') ? "failed" : post(recipient, frame);
      await time.run(alice.connect());
      Object.assign(service.services.gateway, { post });
      expect(alice.events()).toEqual(["said third"]);
      await time.run(workers[which]());
      expect(alice.events()).toEqual([]);
      await comeBack();
      const late = which === "first" ? ["said by workers"] : [];
      expect(alice.events()).toEqual([...late, "said fourth"]);
    },
  );
});
