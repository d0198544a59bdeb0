import { Server } from "../../../lambdas/core";
import { VirtualTime } from "../../support/virtual-time";
import { IN_A, say } from "./alice";
import { ReturningClient, recoverable } from "./returning-client";

const CHECK_MS = 3_000;

/** Alice, in room "b", enters another room, which the app checks first; a second later that is emitted. */
async function whileEntering(room: string, target: object, text: string) {
  const io = new Server();
  io.on("connection", async (socket) => {
    if (!socket.recovered) await socket.join("b");
  });
  io.on("enter", async (socket, name) => {
    await time.pause(CHECK_MS);
    await socket.join(name);
  });
  const service = recoverable(io);
  const alice = await new ReturningClient(service).connect();
  const time = new VirtualTime(service);
  const emit = async () => {
    await time.pause(1_000);
    await say(service, target, text);
  };
  await time.run(Promise.all([alice.send("enter", room), emit()]));
  return { service, alice, time };
}

describe("a room that was joined after a check of three seconds", () => {
  it("gives a recovered client nothing from before the join, and all since", async () => {
    const { service, alice, time } = await whileEntering("a", IN_A, "before she was let in");
    expect(alice.events()).toEqual([]);
    await alice.connection?.drop();
    await say(service, IN_A, "since then");
    service.now += 1_000;
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said since then"]);
  });

  it("excepts nobody before the join", async () => {
    const target = { rooms: ["b"], exceptRooms: ["a"] };
    const { service, alice, time } = await whileEntering("a", target, "posted, and lost");
    alice.connection?.take();
    await alice.connection?.drop();
    await say(service, target, "excepted");
    service.now += 1_000;
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said posted, and lost"]);
  });
});
