import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";

/** Handed on to workers; answers what has them come. */
async function sayByWorkers(service: Service, text: string): Promise<() => Promise<void>> {
  const { maxInlinePosts } = service.fanOut;
  service.fanOut.maxInlinePosts = 0;
  await say(service, IN_A, text);
  service.fanOut.maxInlinePosts = maxInlinePosts;
  const handedOn = service.queue.splice(0);
  return () => {
    service.queue.push(...handedOn);
    return service.settle();
  };
}

/** Alice has got a later event, and drops, before the workers come to her with an earlier one. */
async function aliceOvertaking() {
  const { service, alice } = await aliceInRoom();
  const time = new VirtualTime(service);
  const workers = await sayByWorkers(service, "by workers");
  await say(service, IN_A, "later");
  expect(alice.events()).toEqual(["said later"]);
  await alice.connection?.drop();
  return { service, alice, time, workers };
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
