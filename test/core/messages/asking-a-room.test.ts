import { Server } from "../../../lambdas/core";
import { VirtualTime } from "../../support/virtual-time";
import { IN_A, say } from "../recovery/alice";
import { ReturningClient, recoverable } from "../recovery/returning-client";

const ANSWER_MS = 30;

/** Alice and Bob are in the room that Carol has asked. Each answers with the id of the connection. */
async function room(timeoutMs: number) {
  const io = new Server();
  const heard: unknown[] = [];
  io.on("join", (socket, name) => socket.join(name));
  io.on("poll", async (socket) => {
    const asking = socket.to("a").timeout(timeoutMs).emitWithAck("vote");
    heard.push(await asking.catch((error: { responses?: unknown }) => error.responses));
  });
  io.on("poll and go on", (socket) => {
    socket
      .to("a")
      .timeout(timeoutMs)
      .emit("vote", (_error: unknown, answers: unknown) => heard.push(answers));
    socket.to("a").volatile.emit("next");
  });
  const service = recoverable(io);
  const alice = await new ReturningClient(service).connect();
  await alice.send("join", "a");
  const bob = await service.socketIo();
  await bob.send('42["join","a"]');
  const carol = await service.socketIo();
  const time = new VirtualTime(service);
  /** What each connection was posted of Carol's. */
  const posted: string[] = [];
  /** The post of the question alone. */
  const slow: { postMs?: number; connectionId?: string } = {};
  const { gateway } = service.services;
  const { post } = gateway;
  gateway.post = async (recipient, frame) => {
    const [, id, event] = /^42(\d*)\["(vote|next)"/.exec(frame) ?? [];
    if (!event) return post(recipient, frame);
    const { connectionId } = recipient;
    if (id && connectionId === slow.connectionId) await time.pause(slow.postMs ?? 0);
    posted.push(`${event} ${connectionId}`);
    const client = connectionId === bob.connectionId ? bob : alice.connection;
    if (id) void time.pause(ANSWER_MS).then(() => client?.send(`43${id}${JSON.stringify([connectionId])}`));
    return "sent";
  };
  const poll = () => carol.send('42["poll"]');
  const pollAndGoOn = () => carol.send('42["poll and go on"]');
  return { service, alice, bob, time, slow, posted, heard, poll, pollAndGoOn };
}

/** Alice has been recovered a moment ago. */
async function withAliceBack(timeoutMs: number) {
  const all = await room(timeoutMs);
  const { alice, time } = all;
  await alice.connection?.drop();
  await time.run(alice.connect());
  expect(alice.recovered).toBe(true);
  return { ...all, here: alice.connection?.connectionId ?? "" };
}

describe("the acks of a room", () => {
  test.each([
    { missed: 0, timeoutMs: 3_000 },
    { missed: 900, timeoutMs: 3_000 },
    { missed: 2_400, timeoutMs: 10_000 },
  ])(
    "[A4] are not waited for from who is being recovered, with $missed events missed",
    async ({ missed, timeoutMs }) => {
      const { service, alice, bob, time, posted, heard, poll } = await room(timeoutMs);
      await alice.connection?.drop();
      for (let one = 0; one < missed; one += 1) await say(service, IN_A, String(one));
      service.now += 1_000;
      const asked = { tookMs: 0 };
      const asking = async () => {
        await time.pause(500);
        const startedAt = service.now;
        await poll();
        asked.tookMs = service.now - startedAt;
      };
      await time.run(Promise.all([alice.connect(), asking()]));
      expect(alice.recovered).toBe(true);
      expect(posted).toEqual([`vote ${bob.connectionId}`]);
      expect(heard).toEqual([[bob.connectionId]]);
      expect(asked.tookMs).toBeLessThan(100);
    },
  );

  test("are asked of who was recovered a moment ago, at once", async () => {
    const { service, bob, here, time, heard, poll } = await withAliceBack(3_000);
    const startedAt = service.now;
    await time.run(poll());
    expect(heard).toEqual([expect.arrayContaining([here, bob.connectionId])]);
    expect(service.now - startedAt).toBeLessThan(100);
  });

  test("are not asked of who is to be cut, as the recovery has failed", async () => {
    const { service, bob, time, posted, heard, poll } = await withAliceBack(3_000);
    service.stores.replays.end = async () => "broken";
    await time.run(poll());
    expect(posted).toEqual([`vote ${bob.connectionId}`]);
    expect(heard).toEqual([[bob.connectionId]]);
  });

  test("are read when the app's time is over, though a post takes longer; what is emitted next does not overtake it", async () => {
    const { service, here, bob, time, slow, posted, heard, pollAndGoOn } = await withAliceBack(1_000);
    Object.assign(slow, { connectionId: here, postMs: 6_000 });
    const polling = pollAndGoOn();
    await time.run(time.pause(1_001));
    expect(heard).toEqual([[bob.connectionId]]);
    await time.run(polling);
    expect(posted.filter((post) => post.endsWith(here))).toEqual([`vote ${here}`, `next ${here}`]);
    expect(service.errors()).toEqual([]);
  });
});
