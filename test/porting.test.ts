import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { Emitter } from "roomcast/emitter";
import type { Socket } from "socket.io-client";
import { connect } from "../examples/from-socket-io/client";
import type { ServerToClient } from "../examples/from-socket-io/events";
import type { Handler, HttpApp, HttpRequest } from "../examples/from-socket-io/http-app";
import { addRoutes } from "../examples/from-socket-io/routes";
import { type LocalAws, startLocalAws } from "./support/local-aws";
import { next } from "./support/next-event";

// What the Socket.IO server of docs/from-socket-io.md did, done by what the guide makes of it.

let aws: LocalAws;
let lambda: LambdaClient;
const routes = new Map<string, Handler>();
const clients: Socket[] = [];

beforeAll(async () => {
  aws = await startLocalAws({ context: { app: join(__dirname, "../examples/from-socket-io/app.ts") } });
  lambda = new LambdaClient(aws.sdkConfig);
  addRoutes(recorder(), new Emitter<ServerToClient>({ functionName: aws.pushFunctionName, client: lambda }));
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
  expect(aws.failures()).toEqual([]);
});

afterAll(async () => {
  lambda?.destroy();
  await aws?.stop();
});

/** Express, as far as the routes use it. */
function recorder(): HttpApp {
  const record = (method: string) => (path: string, handler: Handler) =>
    void routes.set(`${method} ${path}`, handler);
  return { patch: record("PATCH"), post: record("POST"), delete: record("DELETE") };
}

/** What the route answers. */
function request(route: string, id: string, body: Partial<HttpRequest["body"]> = {}): Promise<unknown> {
  const handler = routes.get(route);
  if (!handler) throw new Error(`no route ${route}`);
  return new Promise((resolve, reject) => {
    handler({ params: { id }, body: { status: "", text: "", ...body } }, { json: resolve }).catch(reject);
  });
}

async function unconnected(sub: string, namespace = "/", role?: string): Promise<Socket> {
  const socket = connect({ origin: aws.ioUrl }, await aws.token({ sub, role }), namespace);
  clients.push(socket);
  return socket;
}

async function client(sub: string): Promise<Socket> {
  const socket = await unconnected(sub);
  await next(socket, "connect");
  return socket;
}

function call(socket: Socket, event: string, ...args: unknown[]): Promise<unknown> {
  return socket.timeout(10_000).emitWithAck(event, ...args);
}

/** Everything of that name that comes from now on. */
function heard(socket: Socket, event: string): unknown[] {
  const events: unknown[] = [];
  socket.on(event, (argument) => events.push(argument));
  return events;
}

test("who has no good token gets a connect_error", async () => {
  const stranger = connect({ origin: aws.ioUrl }, "no token");
  clients.push(stranger);
  const [error] = await next(stranger, "connect_error");
  expect(error).toMatchObject({ message: "Unauthorized" });
});

test("an order's room is for its owner, and an HTTP route updates it", async () => {
  const [alice, bob] = await Promise.all([client("alice"), client("bob")]);
  expect(await call(alice, "joinOrder", "1042")).toBe("ok");
  expect(await call(bob, "joinOrder", "1042")).toEqual({ error: "not an order of yours" });
  const bobs = heard(bob, "orderUpdate");
  const update = next(alice, "orderUpdate");
  const order = { id: "1042", status: "shipped" };
  expect(await request("PATCH /orders/:id", "1042", { status: "shipped" })).toEqual(order);
  expect(await update).toEqual([order]);
  const last = next(bob, "notification");
  await request("POST /announcements", "", { text: "later" });
  await last;
  expect(bobs).toEqual([]);
});

test("a comment goes to the other devices, and each connection has two", async () => {
  const [phone, laptop] = await Promise.all([client("alice"), client("alice")]);
  expect(await call(phone, "comment", "1042", "hi")).toEqual({ error: "join the order first" });
  await Promise.all([call(phone, "joinOrder", "1042"), call(laptop, "joinOrder", "1042")]);
  const own = heard(phone, "comment");
  const comments = heard(laptop, "comment");
  expect(await call(phone, "comment", "1042", "one")).toBe("ok");
  expect(await call(phone, "comment", "1042", "two")).toBe("ok");
  expect(await call(phone, "comment", "1042", "three")).toEqual({ error: "enough for now" });
  const from = { orderId: "1042", from: "alice" };
  const answer = next(phone, "comment");
  expect(await call(laptop, "comment", "1042", "of its own")).toBe("ok");
  expect(await answer).toEqual([{ ...from, text: "of its own" }]);
  expect(comments).toEqual([
    { ...from, text: "one" },
    { ...from, text: "two" },
  ]);
  expect(own).toEqual([{ ...from, text: "of its own" }]);
});

test("a notification reaches all devices of its user, and nobody else", async () => {
  const [phone, laptop, bob] = await Promise.all([client("alice"), client("alice"), client("bob")]);
  const bobs = heard(bob, "notification");
  const both = Promise.all([next(phone, "notification"), next(laptop, "notification")]);
  await request("POST /users/:id/notifications", "alice", { text: "for alice" });
  expect(await both).toEqual([[{ text: "for alice" }], [{ text: "for alice" }]]);
  const all = Promise.all([phone, laptop, bob].map((socket) => next(socket, "notification")));
  await request("POST /announcements", "", { text: "for all" });
  expect(await all).toEqual(Array(3).fill([{ text: "for all" }]));
  expect(bobs).toEqual([{ text: "for all" }]);
});

test("nobody gets what is for a user who is away", async () => {
  const bob = await client("bob");
  const bobs = heard(bob, "notification");
  await request("POST /users/:id/notifications", "carol", { text: "for carol" });
  const last = next(bob, "notification");
  await request("POST /announcements", "", { text: "for all" });
  await last;
  expect(bobs).toEqual([{ text: "for all" }]);
});

test("those who watch an order can be sent away from outside", async () => {
  const alice = await client("alice");
  await call(alice, "joinOrder", "1042");
  const updates = heard(alice, "orderUpdate");
  await request("DELETE /orders/:id/watchers", "1042");
  await request("PATCH /orders/:id", "1042", { status: "lost" });
  const last = next(alice, "notification");
  await request("POST /announcements", "", { text: "over" });
  await last;
  expect(updates).toEqual([]);
});

test("a user is signed out on all devices from outside", async () => {
  const [phone, laptop] = await Promise.all([client("alice"), client("alice")]);
  const gone = Promise.all([next(phone, "disconnect"), next(laptop, "disconnect")]);
  await request("DELETE /users/:id/sessions", "alice");
  expect((await gone).map(([reason]) => reason)).toEqual(Array(2).fill("io server disconnect"));
});

describe("/admin", () => {
  test("refuses a user", async () => {
    const [error] = await next(await unconnected("alice", "/admin"), "connect_error");
    expect(error).toMatchObject({ message: "Unauthorized" });
  });

  test("welcomes an admin, who hears of every order and signs users out on all devices", async () => {
    const [phone, laptop] = await Promise.all([client("alice"), client("alice")]);
    const admin = await unconnected("ada", "/admin", "admin");
    expect(await next(admin, "welcome")).toEqual([{ role: "admin" }]);
    const update = next(admin, "orderUpdate");
    await request("PATCH /orders/:id", "1043", { status: "packed" });
    expect(await update).toEqual([{ id: "1043", status: "packed" }]);
    const gone = Promise.all([next(phone, "disconnect"), next(laptop, "disconnect")]);
    expect(await call(admin, "signOut", "alice")).toBe("ok");
    expect((await gone).map(([reason]) => reason)).toEqual(Array(2).fill("io server disconnect"));
  });
});
