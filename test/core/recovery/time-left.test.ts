import { setTimeout as realPause } from "node:timers/promises";
import { Server } from "../../../lambdas/core";
import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";
import { ReturningClient, recoverable, WINDOW_MS } from "./returning-client";

/** What API Gateway gives a packet. */
const INTEGRATION_MS = 29_000;

async function sayMany(service: Service, count: number): Promise<void> {
  for (let one = 0; one < count; one += 1) await say(service, IN_A, String(one));
}

/** A client whose middleware takes its time when it comes back. */
async function withSlowMiddleware() {
  const slow: { middleware?: () => Promise<void> } = {};
  const io = new Server();
  io.use(async (_socket, next) => {
    await slow.middleware?.();
    next();
  });
  io.on("join", (socket, room) => socket.join(room));
  const service = recoverable(io);
  const client = await new ReturningClient(service).connect();
  await client.send("join", "a");
  await client.connection?.drop();
  return { service, client, slow };
}

test("connection listeners have their own time after a long recovery", async () => {
  const { service, alice, rule } = await aliceInRoom();
  Object.assign(service.services.settings, { listenerTimeoutMs: 5_000 });
  await alice.connection?.drop();
  await sayMany(service, 900);
  service.now += 1_000;
  let joined = 0;
  rule.connected = async (socket) => {
    // By the real clock, which is the deadline's.
    await realPause(5);
    await socket.join("b");
    joined += 1;
  };
  await new VirtualTime(service).run(alice.connect());
  expect(alice.recovered).toBe(true);
  expect(joined).toBe(1);
  expect(service.errors()).toEqual([]);
});

test("slow middleware and a long recovery end before API Gateway gives up the CONNECT", async () => {
  const { service, client, slow } = await withSlowMiddleware();
  await sayMany(service, 2_400);
  service.now += 1_000;
  const time = new VirtualTime(service);
  slow.middleware = () => time.pause(15_000);
  const startedAt = service.now;
  await time.run(client.connect());
  expect(client.recovered).toBe(true);
  expect(client.events()).toHaveLength(2_400);
  expect(service.now - startedAt).toBeLessThan(INTEGRATION_MS);
});

test("middleware that leaves no time to recover connects the client anew", async () => {
  const { service, client, slow } = await withSlowMiddleware();
  await sayMany(service, 1);
  const time = new VirtualTime(service);
  slow.middleware = () => time.pause(24_000);
  await time.run(client.connect());
  expect(client.recovered).toBe(false);
  expect(service.errors()).toEqual([]);
});

test("who comes back within the window is recovered, however long the middleware takes", async () => {
  const { service, client, slow } = await withSlowMiddleware();
  service.now += WINDOW_MS - 2_000;
  const time = new VirtualTime(service);
  slow.middleware = () => time.pause(3_000);
  await time.run(client.connect());
  expect(client.recovered).toBe(true);
});

test("who comes back within the window is recovered, however long the CONNECT waits in the queue", async () => {
  const { service, client } = await withSlowMiddleware();
  const arrivedAt = service.now + WINDOW_MS - 1;
  service.now += WINDOW_MS + 30_000;
  const connection = await service.connection({ query: { EIO: "4", transport: "websocket" } });
  const { send } = connection;
  connection.send = (body) => send.call(connection, body, arrivedAt);
  await client.connect("/", connection);
  expect(client.recovered).toBe(true);
});

test("binary events, each with a turn of its own, all come with one recovery", async () => {
  const io = new Server();
  io.binary = true;
  io.on("connection", (socket) => socket.join("a"));
  io.on("show", (socket) => socket.to("a").emit("file", Buffer.from([0, 1, 2])));
  const service = recoverable(io);
  const [client, other] = [new ReturningClient(service), new ReturningClient(service)];
  await client.connect();
  await other.connect();
  await client.connection?.drop();
  for (let one = 0; one < 60; one += 1) await other.send("show");
  service.now += 1_000;
  await new VirtualTime(service).run(client.connect());
  expect(client.recovered).toBe(true);
  expect(service.cut).toEqual([]);
  expect(client.frames.filter((frame) => frame.startsWith("45"))).toHaveLength(60);
});
