import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, type Service } from "./alice";
import type { ReturningClient } from "./returning-client";

/** What is read before the socket is parked. */
async function readsOfDrop(service: Service, alice: ReturningClient, time: VirtualTime): Promise<string[]> {
  const { sessions, replays } = service.stores;
  const { load } = sessions;
  const { end } = replays;
  const reads: string[] = [];
  sessions.load = (pid) => {
    reads.push("session");
    return load.call(sessions, pid);
  };
  replays.end = (socket) => {
    reads.push("end");
    return end.call(replays, socket);
  };
  await time.run(alice.connection?.drop() ?? Promise.resolve());
  Object.assign(sessions, { load });
  Object.assign(replays, { end });
  return reads;
}

describe("a drop reads", () => {
  test("nothing where the socket was never recovered, or not lately", async () => {
    const { service, alice } = await aliceInRoom();
    const time = new VirtualTime(service);
    expect(await readsOfDrop(service, alice, time)).toEqual([]);
    await time.run(alice.connect());
    await time.run(time.pause(60_000));
    expect(await readsOfDrop(service, alice, time)).toEqual([]);
  });

  test("how a recovery ended, where that was lately, and no more where it was done", async () => {
    const { service, alice } = await aliceInRoom();
    const time = new VirtualTime(service);
    await time.run(alice.connection?.drop() ?? Promise.resolve());
    await time.run(alice.connect());
    expect(await readsOfDrop(service, alice, time)).toEqual(["end"]);
  });
});
