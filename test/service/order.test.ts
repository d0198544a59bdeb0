import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io as connect, type Socket } from "socket.io-client";
import { connectJson } from "../support/clients";
import { type LocalAws, startLocalAws } from "../support/local-aws";

const APP = "test/service/fixtures/order-app.ts";
const CONTEXT = { app: APP, order: "per-connection" };
const COUNT = 200;
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index);

let service: LocalAws;
let folder: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "order-"));
  service = await startLocalAws({ context: CONTEXT });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function connected({ ioUrl }: LocalAws): Promise<Socket> {
  const socket = connect(ioUrl, {
    transports: ["websocket"],
    forceBase64: true,
    forceNew: true,
    reconnection: false,
  });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

/** What the app has handled, in its order, up to and with `last`. */
function handledUntil(socket: Socket, last: unknown): Promise<readonly unknown[]> {
  const values: unknown[] = [];
  return new Promise((resolve) => {
    socket.on("handled", (value: unknown) => {
      values.push(value);
      if (value === last) resolve(values);
    });
  });
}

test("[B1] without order, a message is handled while an earlier one still is", async () => {
  const unordered = await startLocalAws({ context: { app: APP } });
  const socket = await connected(unordered);
  const handled = handledUntil(socket, "waited");
  const path = join(folder, "unordered");
  socket.on("handled", (value) => value === "next" && writeFileSync(path, ""));
  socket.emit("wait for", path);
  socket.emit("number", "next");
  expect(await handled).toEqual(["next", "waited"]);
  await unordered.stop();
});

test("[O1] in order, what a client sends at once is handled one after the other", async () => {
  const socket = await connected(service);
  const handled = handledUntil(socket, COUNT - 1);
  for (const value of NUMBERS) socket.emit("number", value, value % 25 === 0 ? 20 : 0);
  expect(await handled).toEqual(NUMBERS);
});

test("[O1] clients do not wait for each other's listeners", async () => {
  const [slow, fast] = await Promise.all([connected(service), connected(service)]);
  const slowly = handledUntil(slow, "after");
  const quickly = handledUntil(fast, COUNT - 1);
  const path = join(folder, "in order");
  slow.emit("wait for", path);
  slow.emit("number", "after");
  for (const value of NUMBERS) fast.emit("number", value);
  expect(await quickly).toEqual(NUMBERS);
  writeFileSync(path, "");
  expect(await slowly).toEqual(["waited", "after"]);
});

test("[O1] plain JSON clients have the same order", async () => {
  const client = await connectJson(
    { ...service, ioPath: "", push: async () => {}, logged: async () => {} },
    { token: await service.token({ sub: "alice" }) },
  );
  await Promise.all([client.call("number", "slow", 300), client.call("number", "fast", 0)]);
  expect([await client.next(), await client.next()]).toEqual([
    { event: "handled", data: "slow" },
    { event: "handled", data: "fast" },
  ]);
  await client.close();
});

test("[O2] binary packets that are sent at once are put together as they were sent", async () => {
  const socket = await connected(service);
  const handled = handledUntil(socket, "third e f");
  socket.emit("buffers", "first", Buffer.from("a"), Buffer.from("b"));
  socket.emit("buffers", "second", Buffer.from("c"), Buffer.from("d"));
  socket.emit("buffers", "third", Buffer.from("e"), Buffer.from("f"));
  expect(await handled).toEqual(["first a b", "second c d", "third e f"]);
});

test("[O3] a message that met an outage of the table comes again soon, before what follows it", async () => {
  const socket = await connected(service);
  const handled = handledUntil(socket, 19);
  const outage = { probability: 1, times: 4, function: "message", operation: "Query" };
  service.aws.faults.plan({ "dynamodb.500": outage });
  for (const value of NUMBERS.slice(0, 20)) socket.emit("number", value);
  expect(await handled).toEqual(NUMBERS.slice(0, 20));
  service.aws.faults.plan({});
  await service.logged("a message failed, and will be tried again");
  const logged = service.functionLogs.map(({ text }) => text).join();
  expect(logged).not.toContain("waits for the queue's visibility timeout");
});

test.each(["ask me", "ask everyone"])(
  "[O5] %s: a listener that would wait for its own client fails at once",
  async (event) => {
    const socket = await connected(service);
    const handled = handledUntil(socket, "after");
    const before = service.functionLogs.length;
    socket.on("question", (ack) => ack("answer"));
    socket.emit(event);
    socket.emit("number", "after");
    expect(await handled).toEqual(["after"]);
    const logged = service.functionLogs.slice(before).map(({ text }) => text);
    expect(logged.join()).toContain("a listener cannot wait for an ack of its own connection");
  },
  10_000,
);

test("[O5] a listener may wait for other clients", async () => {
  const [socket, other] = await Promise.all([connected(service), connected(service)]);
  other.on("question", (ack) => ack("answer"));
  const answered = new Promise((resolve) => socket.once("handled", resolve));
  socket.emit("ask the others");
  expect(await answered).toEqual(["answer"]);
});

describe("when a Lambda dies", () => {
  let mortal: LocalAws;

  beforeAll(async () => {
    // What it leaves behind comes again after 90 s, here after three seconds and a half. With one poller, what
    // waits for it shares a batch.
    const limits = { visibilitySecondMs: 40, queuePollers: 1 };
    mortal = await startLocalAws({ context: CONTEXT, limits });
  });

  afterAll(() => mortal?.stop());

  /** The bodies in the dead-letter queue. */
  function deadLetters(): readonly string[] {
    const { queues } = mortal.aws.deployed;
    const dead = queues.find(({ name }) => name.includes("DeadLetters"));
    const received = mortal.aws.sqs.find(dead?.arn ?? "")?.queue.receive(10) ?? [];
    return received.map(({ body }) => Buffer.from(JSON.parse(body).body, "base64").toString());
  }

  test.each([
    ["a message", []],
    ["a binary packet", [Buffer.from("data")]],
  ])("[O3] %s whose Lambda died is handled again, before what follows it", async (what, buffers) => {
    const socket = await connected(mortal);
    const handled = handledUntil(socket, "after");
    socket.emit("crash once", join(folder, what), ...buffers);
    for (const value of NUMBERS.slice(0, 20)) socket.emit("number", value);
    socket.emit("number", "after");
    expect(await handled).toEqual(["crashed once", ...NUMBERS.slice(0, 20), "after"]);
    expect(deadLetters()).toEqual([]);
  });

  test("[O4] who sends what takes every Lambda down is cut, and nobody that shared a batch with it", async () => {
    const [first, poisoner, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => connected(mortal)),
    );
    if (!first || !poisoner) throw new Error("expected five clients");
    const path = join(folder, "batch");
    first.emit("wait for", path);
    const done = others.map((other) => handledUntil(other, "done"));
    const handled: unknown[] = [];
    poisoner.on("handled", (value) => handled.push(value));
    const cut = new Promise((resolve) => poisoner.once("disconnect", resolve));
    for (const other of others) other.emit("number", "slow", 300);
    poisoner.emit("crash");
    poisoner.emit("number", "after");
    for (const other of others) other.emit("number", "done");
    writeFileSync(path, "");

    expect(await cut).toBe("transport close");
    expect(handled).toEqual([]);
    for (const values of await Promise.all(done)) expect(values.slice(-2)).toEqual(["slow", "done"]);
    expect(others.every(({ connected: isConnected }) => isConnected)).toBe(true);
    await mortal.logged("a message was given up, and its connection is cut");
    expect(deadLetters()).toEqual(['42["crash"]']);
  });
});
