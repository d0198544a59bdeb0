import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";

/** The Lambda of Alice's recovery stands still when the socket is there, and posts nothing. */
async function aliceHalfRecovered() {
  const { service, alice, heard } = await aliceInRoom();
  await alice.connection?.drop();
  await say(service, IN_A, "one");
  heard.length = 0;
  const time = new VirtualTime(service);
  const { read } = service.stores.events;
  let reads = 0;
  service.stores.events.read = async function* (...range) {
    reads += 1;
    // The second look into each of three rooms.
    if (reads > 3) await new Promise(() => {});
    yield* read.apply(service.stores.events, range);
  };
  void alice.connect();
  await time.run(time.pause(2_000));
  service.stores.events.read = read;
  return { service, alice, heard, time };
}

async function beatFor(minutes: number, service: Service, time: VirtualTime): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await time.run(time.pause(60_000));
    await time.run(heartbeat({ ...service.services, runs: service.stores.runs }));
    await time.run(service.settle());
  }
}

describe("a client whose recovery has not come to its end", () => {
  test("since the Lambda died is cut by the heartbeat, and recovered when it comes again", async () => {
    const { service, alice, heard, time } = await aliceHalfRecovered();
    await beatFor(1, service, time);
    expect(service.cut).toContain(alice.connection?.connectionId);
    expect(service.stores.socketRecords()).toEqual([]);
    await say(service, IN_A, "two");
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one", "said two"]);
    expect(heard).toEqual(['connection true a {"name":"Alice"}']);
  });

  test("is cut where it breaks the protocol, and can come back as who it is, not as another", async () => {
    const { service, alice, time } = await aliceHalfRecovered();
    await time.run(alice.connection?.send("40{") ?? Promise.resolve());
    await time.run(service.settle());
    expect(service.cut).toContain(alice.connection?.connectionId);
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    await time.run(alice.connection?.send("40{") ?? Promise.resolve());
    await time.run(service.settle());
    await time.run(alice.connect());
    expect(alice.recovered).toBe(false);
  });
});
