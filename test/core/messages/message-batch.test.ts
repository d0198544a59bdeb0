import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { messageBatch } from "../../../lambdas/core/messages/message-batch";
import { batching, batchServices, DEAF_QUEUE, failTimes, queued, say, wait } from "../../support/batching";
import { CoreService } from "../../support/core-service";

test("[O1] a connection's messages are handled one after the other, other connections beside it", async () => {
  const { service, heard, run, release } = await batching();
  const [slow, fast] = [await service.socketIo(), await service.socketIo()];
  const running = run([wait(slow, "slow"), say(slow, "after"), say(fast, "fast")]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["fast"]);
  release();
  expect(await running).toEqual([]);
  expect(heard).toEqual(["fast", "slow", "after"]);
});

test("[O1] a connection that is done is removed from a slow batch before its end", async () => {
  const { service, told, run, release, untilTold } = await batching();
  const [slow, fast] = [await service.socketIo(), await service.socketIo()];
  const running = run([wait(slow, "slow"), say(fast, "one"), say(fast, "two")]);
  await untilTold();
  expect(told).toEqual(["remove c2=42sayone,c2=42saytwo"]);
  release();
  expect(await running).toEqual([]);
  expect(told).toHaveLength(1);
});

test("a queue that does not answer changes nothing but the time", async () => {
  const { service, queue, run, release } = await batching();
  const [client, slow] = [await service.socketIo(), await service.socketIo()];
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  queue.comeAgain = () => Promise.reject(new Error("no answer"));
  queue.remove = () => {
    asked();
    return Promise.reject(new Error("no answer"));
  };
  failTimes(service, client, 1);
  const other = await service.socketIo();
  const running = run([say(client, "one"), say(other, "done"), wait(slow, "slow")]);
  await isAsked;
  release();
  expect(await running).toEqual(["c1=42sayone"]);
});

/** Resolves when the client was noted as heard, so many times. */
function heardTimes({ services }: CoreService, times: number): Promise<void> {
  const { see } = services.liveness;
  let left = times;
  return new Promise((resolve) => {
    services.liveness.see = async (connectionId) => {
      await see.call(services.liveness, connectionId);
      left -= 1;
      if (left === 0) resolve();
    };
  });
}

test("[O1] a client whose pong waits behind a message that came late is not cut", async () => {
  const { service, run, release } = await batching();
  const beat = () => heartbeat({ ...service.services, runs: service.stores.runs });
  const client = await service.socketIo();
  const message = { ...wait(client, "slow"), arrivedAt: service.now + 480_000 };
  service.now += 480_000;
  await beat();
  expect(client.take()).toContain("2");
  service.now += 60_000;
  const heard = heardTimes(service, 1);
  const running = run([message]);
  await heard;
  service.now += 60_000;
  await beat();
  expect(service.queue).toEqual([]);
  release();
  await running;
});

test("[O1] a client is heard again and again while its message is handled", async () => {
  const { service, run, release } = await batching({ pingTimeoutMs: 20 });
  const client = await service.socketIo();
  const heard = heardTimes(service, 2);
  const running = run([{ ...wait(client, "slow"), arrivedAt: service.now }]);
  await heard;
  release();
  expect(await running).toEqual([]);
});

test("of a message that is handled soon the heartbeat hears nothing", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  service.services.liveness.see = () => Promise.reject(new Error("a request too many"));
  expect(await run([{ ...say(client, "soon"), arrivedAt: service.now }])).toEqual([]);
  expect([heard, service.log]).toEqual([["soon"], []]);
});

test("[B2] messages of a closed connection are dropped", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  await client.drop();
  expect(await run([say(client, "late")])).toEqual([]);
  expect(heard).toEqual([]);
});

test("what leaves and joins a room in one millisecond ends as the last of the two says", async () => {
  const io = new Server();
  io.on("join", (socket) => socket.join("room"));
  io.on("leave", (socket) => socket.leave("room"));
  const service = new CoreService(io);
  const client = await service.socketIo();
  const event = (name: string) => queued(client, `42["${name}"]`);
  const messages = ["join", "leave", "join", "leave", "join", "leave", "join", "leave"].map(event);
  const batch = batchServices(service, DEAF_QUEUE);
  await messageBatch(
    batch,
    messages.map((queuedOne) => ({ ...queuedOne, arrivedAt: service.now })),
  );
  const loaded = await service.services.connections.load(client.connectionId);
  expect(Object.keys(loaded?.sockets[0]?.rooms ?? {})).toEqual([]);
});

test("[O5] a listener that asks its own client for an ack fails at once, in a broadcast, too", async () => {
  const io = new Server();
  const reasons: string[] = [];
  const note = (error: Error) => void reasons.push(error.message);
  io.on("ask me", (socket) => socket.emitWithAck("question").catch(note));
  io.on("ask all", () => io.timeout(1_000).emitWithAck("question").catch(note));
  const service = new CoreService(io);
  const client = await service.socketIo();
  client.take();
  const before = service.now;
  const batch = batchServices(service, DEAF_QUEUE);
  await messageBatch(batch, [queued(client, '42["ask me"]'), queued(client, '42["ask all"]')]);
  expect(reasons).toEqual([
    expect.stringContaining("cannot wait for an ack of its own connection"),
    expect.stringContaining("except(socket.id)"),
  ]);
  expect(client.take()).toEqual([]);
  expect(service.now).toBe(before);
});
