import { LambdaClient } from "@aws-sdk/client-lambda";
import { Emitter } from "roomcast/emitter";
import { io as connect, type Socket } from "socket.io-client";
import type { AdminServerToClient, ServerToClient } from "../../app/events";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { next } from "../support/next-event";

let aws: LocalAws;
let lambda: LambdaClient;
let emitter: Emitter<ServerToClient>;
const clients: Socket[] = [];

beforeAll(async () => {
  aws = await startLocalAws();
  lambda = new LambdaClient(aws.sdkConfig);
  emitter = new Emitter({ functionName: aws.pushFunctionName, client: lambda });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
  expect(aws.failures()).toEqual([]);
});

afterAll(async () => {
  lambda?.destroy();
  await aws?.stop();
});

async function client(sub: string, namespace = "/"): Promise<Socket> {
  const token = await aws.token({ sub, role: "admin" });
  const socket = connect(`${aws.ioUrl}${namespace}`, {
    transports: ["websocket"],
    forceNew: true,
    auth: { token },
  });
  clients.push(socket);
  await next(socket, "connect");
  return socket;
}

const DONE = { gone: 0, failed: 0 };

test("socketsJoin and socketsLeave hold for the next event", async () => {
  const [phone, laptop] = await Promise.all([client("alice"), client("alice"), client("bob")]);
  const order = { id: "7", status: "packed" };
  const both = Promise.all([next(phone, "orderUpdate"), next(laptop, "orderUpdate")]);
  expect(await emitter.toUser("alice").socketsJoin(["order:7", "order:8"])).toEqual({
    sockets: 2,
    done: 2,
    ...DONE,
  });
  expect(await emitter.to("order:7").emit("orderUpdate", order)).toMatchObject({ sent: 2 });
  expect(await both).toEqual([[order], [order]]);
  expect(await emitter.in(phone.id ?? "").socketsLeave("order:7")).toEqual({ sockets: 1, done: 1, ...DONE });
  expect(await emitter.to("order:7").emit("orderUpdate", order)).toMatchObject({ sent: 1 });
  expect(
    await emitter
      .to("order:8")
      .except(phone.id ?? "")
      .emit("orderUpdate", order),
  ).toMatchObject({
    sent: 1,
  });
});

test("disconnectSockets takes sockets out of their namespace, and only those", async () => {
  // Users of its own: those of the test before may still be leaving.
  const [carol, dave] = await Promise.all([client("carol"), client("dave")]);
  const admin = await client("carol", "/admin");
  const gone = next(carol, "disconnect");
  expect(await emitter.toUser("carol").disconnectSockets()).toEqual({ sockets: 1, done: 1, ...DONE });
  expect(await gone).toEqual(["io server disconnect"]);
  const welcome = next(admin, "welcome");
  await emitter.of<AdminServerToClient>("/admin").emit("welcome", { userId: "carol", role: "admin" });
  expect(await welcome).toEqual([{ userId: "carol", role: "admin" }]);
  expect(dave.connected).toBe(true);
});

test("[S14] disconnectSockets(true) closes the connection, and no namespace of it comes back by itself", async () => {
  const alice = await client("alice");
  // It connects by itself; connect() would send a second CONNECT, which closes the connection (S10).
  const admin = alice.io.socket("/admin", { auth: alice.auth });
  await next(admin, "connect");
  const both = Promise.all([next(alice, "disconnect"), next(admin, "disconnect")]);
  expect(await emitter.to(alice.id ?? "").disconnectSockets(true)).toMatchObject({ done: 1 });
  expect((await both).map(([reason]) => reason)).toEqual(["io server disconnect", "io server disconnect"]);
  expect([alice.active, admin.active]).toEqual([false, false]);
});
