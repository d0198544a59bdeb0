import { io, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { next } from "../support/next-event";

jest.setTimeout(90_000);

let aws: LocalAws;
const clients: Socket[] = [];

beforeAll(async () => {
  // A socket that comes back is another one here: what is told apart is the event, not the socket.
  aws = await startLocalAws({ context: { app: "test/service/fixtures/retries.ts", recoveryWindow: "0" } });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

afterAll(() => aws.stop());

async function connected(sub: string): Promise<Socket> {
  const client = io(aws.ioUrl, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 10,
    auth: { token: await aws.token({ sub }) },
    retries: 3,
    ackTimeout: 500,
  });
  clients.push(client);
  await next(client, "connect");
  return client;
}

/** What the client hears until it has heard so much. */
function heard(client: Socket, event: string, count: number): Promise<unknown[][]> {
  return new Promise((resolve) => {
    const all: unknown[][] = [];
    client.on(event, (...args: unknown[]) => {
      all.push(args);
      if (all.length === count) resolve(all);
    });
  });
}

test("a client with retries: strict order, and what was not acked comes again", async () => {
  const client = await connected("alice");
  const noted = heard(client, "noted", 7);
  const texts = ["a", "lost b", "c", "lost d", "e"];
  const attempts = await Promise.all(texts.map((text) => client.emitWithAck("note", text)));
  expect(await noted).toEqual([
    ["a", 1],
    ["lost b", 1],
    ["lost b", 2],
    ["c", 1],
    ["lost d", 1],
    ["lost d", 2],
    ["e", 1],
  ]);
  expect(attempts).toEqual([1, 2, 1, 2, 1]);
});

test("what was on its way when the connection broke comes again on the next, before what follows", async () => {
  const client = await connected("bob");
  const noted = heard(client, "noted", 4);
  client.once("noted", () => client.io.engine.close());
  await Promise.all(["lost a", "b"].map((text) => client.emitWithAck("note", text)));
  // The new socket has seen no attempt: it loses the ack once more.
  expect(await noted).toEqual([
    ["lost a", 1],
    ["lost a", 1],
    ["lost a", 2],
    ["b", 1],
  ]);
});

test("a deduplicated event is done once, though its ack never came: the next socket gets the same answer", async () => {
  const client = await connected("carol");
  const first = client.id;
  let runs = 0;
  client.on("paying", () => {
    runs += 1;
    client.io.engine.close();
  });
  expect(await client.emitWithAck("pay", "1042")).toBe(`1042 by ${first}`);
  expect(client.id).not.toBe(first);
  expect(await client.emitWithAck("pay", "1042")).toBe(`1042 by ${first}`);
  expect(runs).toBe(1);
});

test("a refused CONNECT has the message and the data of the middleware", async () => {
  const refusal = async (namespace: string, auth: object) => {
    const client = io(`${aws.ioUrl}${namespace}`, { transports: ["websocket"], forceNew: true, auth });
    clients.push(client);
    const [error] = await next(client, "connect_error");
    return error;
  };
  const token = await aws.token({ sub: "dave", role: "user" });
  expect(await refusal("/closed", {})).toMatchObject({
    message: "closed today",
    data: { until: "monday", reasons: ["holiday"] },
  });
  expect(await refusal("/", {})).toMatchObject({ message: "Unauthorized", data: { code: "token_missing" } });
  expect(await refusal("/admin", { token })).toMatchObject({ data: { code: "role_missing", role: "admin" } });
});

test("plain JSON: the error frame has them", async () => {
  const socket = new WebSocket(`${aws.webSocketUrl}?namespace=/closed`);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const frame = new Promise((resolve) =>
    socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data)))),
  );
  socket.send(JSON.stringify({ auth: { token: "any" } }));
  expect(await frame).toEqual({
    error: { code: "unauthorized", message: "closed today", data: { until: "monday", reasons: ["holiday"] } },
  });
  socket.close();
});
