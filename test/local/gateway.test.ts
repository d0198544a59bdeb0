import { isConnectionId } from "../../local/gateway/connection-id";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { writeAssembly } from "./fixtures/assembly";
import { Client } from "./fixtures/client";

let local: LocalAws;

beforeAll(async () => {
  local = await startLocalAws({ assemblyPath: writeAssembly() });
});

afterAll(() => local?.stop());

interface Event {
  readonly headers?: Record<string, string>;
  readonly queryStringParameters?: Record<string, string>;
  readonly body?: string;
  readonly requestContext: Record<string, unknown>;
}

async function logged(event: "connect" | "disconnect", marker: string | RegExp): Promise<Event> {
  const pattern = typeof marker === "string" ? marker.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : marker.source;
  const { text } = await local.logged(new RegExp(`^${event} event .*${pattern}`));
  return JSON.parse(text.slice(`${event} event `.length));
}

async function connectionIdOf(client: Client): Promise<string> {
  return String(((await client.ask({ action: "event" })) as Event).requestContext.connectionId);
}

describe("$connect", () => {
  it("gives the handshake: headers as the client spelled them, and the query", async () => {
    const headers = { "X-My-Header": "kept", Cookie: "a=b" };
    const client = await Client.open(`${local.webSocketUrl}?marker=hand%20shake&marker=last`, [], {
      headers,
    });
    const event = await logged("connect", "hand shake");
    expect(event.headers).toMatchObject({
      ...headers,
      Host: new URL(local.url).host,
      "X-Forwarded-For": "127.0.0.1",
    });
    expect(event.queryStringParameters).toEqual({ marker: "last" });
    expect(event).toHaveProperty("multiValueQueryStringParameters.marker", ["hand shake", "last"]);
    expect(event.requestContext).toMatchObject({
      routeKey: "$connect",
      eventType: "CONNECT",
      messageDirection: "IN",
      stage: "test",
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      connectedAt: expect.any(Number),
      identity: { sourceIp: "127.0.0.1" },
    });
    await client.close();
  });

  it("has no query when there is none", async () => {
    const client = await Client.open(local.webSocketUrl, [], { headers: { "X-Marker": "no-query" } });
    expect(await logged("connect", "no-query")).not.toHaveProperty("queryStringParameters");
    await client.close();
  });

  it.each([401, 403, 500])("refuses the upgrade with the status %d of the function", async (status) => {
    await expect(Client.open(`${local.webSocketUrl}?status=${status}`)).rejects.toThrow(
      `response: ${status}`,
    );
  });

  it("refuses with 502 when the function throws", async () => {
    await expect(Client.open(`${local.webSocketUrl}?fails=1`)).rejects.toThrow("response: 502");
  });

  it("lets nothing of the answer through but the subprotocol", async () => {
    const client = await Client.open(`${local.webSocketUrl}?protocol=two`, ["one", "two"]);
    expect(client.ws.protocol).toBe("two");
    await client.close();
  });

  it("answers posts with 410 until it has returned", async () => {
    const client = await Client.open(`${local.webSocketUrl}?early=1`);
    expect((await local.logged("early post")).text).toBe("early post: 410 GoneException");
    await client.close();
  });

  it.each(["/test", "/test/", "/socket.io", "/socket.io/"])("is reached at %s", async (path) => {
    const client = await Client.open(local.url.replace("http", "ws") + path);
    expect(await client.ask({ action: "echo", data: { at: path } })).toEqual({ at: path });
    await client.close();
  });

  it.each(["/test/more", "/other", "/", "//"])("is refused at %s", async (path) => {
    await expect(Client.open(local.url.replace("http", "ws") + path)).rejects.toThrow("response: 403");
  });
});

describe("messages", () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.open(local.webSocketUrl);
  });
  afterEach(() => client.close());

  it("come without headers and query, in a context with a messageId", async () => {
    const event = (await client.ask({ action: "event" })) as Event;
    expect(Object.keys(event).sort()).toEqual(["body", "isBase64Encoded", "requestContext"]);
    expect(event.body).toBe('{"action":"event"}');
    expect(event.requestContext).toMatchObject({
      routeKey: "$default",
      eventType: "MESSAGE",
      messageId: expect.any(String),
    });
    for (const absent of ["version", "path", "httpMethod"])
      expect(event.requestContext).not.toHaveProperty(absent);
  });

  it("of a connection have an id of AWS's shape, whose first five characters are a clock", async () => {
    const event = (await client.ask({ action: "event" })) as Event;
    const { connectionId, connectedAt } = event.requestContext;
    expect(isConnectionId(String(connectionId))).toBe(true);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const clock = [...String(connectionId).slice(0, 5)].reduce(
      (sum, digit) => sum * 64 + alphabet.indexOf(digit),
      0,
    );
    expect(clock).toBe(Math.floor(Number(connectedAt) / 100) % 2 ** 29);
  });

  it.each(["throw", "hang", "exit", "reject", "malformed"])(
    "are answered with an error frame when the function does %s, and the connection stays open",
    async (action) => {
      const frame = await client.ask({ action });
      expect(frame).toEqual({
        message: "Internal server error",
        connectionId: expect.any(String),
        requestId: expect.any(String),
      });
      expect(await client.ask({ action: "echo", data: 1 })).toBe(1);
    },
    10_000,
  );
});

it("closes with 1003 on a binary frame", async () => {
  const client = await Client.open(local.webSocketUrl);
  client.ws.send(Buffer.from("binary"));
  expect((await client.closed).code).toBe(1003);
});

it("takes a frame of 32 KB and closes with 1009 on a larger one", async () => {
  const client = await Client.open(local.webSocketUrl);
  const empty = JSON.stringify({ action: "echo", data: "" }).length;
  const data = "x".repeat(32 * 1024 - empty);
  client.send({ action: "echo", data: `"${data.slice(2 * 2)}"` });
  expect(await client.next()).toBe(data.slice(4));
  client.send("x".repeat(32 * 1024 + 1));
  expect((await client.closed).code).toBe(1009);
});

it("takes several frames as one message up to 128 KB, and closes with 1009 beyond", async () => {
  const client = await Client.open(local.webSocketUrl);
  const parts = ['{"action":"echo","data":"\\"', "y".repeat(30_000), "y".repeat(30_000), '\\""}'];
  parts.forEach((part, index) => {
    client.ws.send(part, { fin: index === parts.length - 1 });
  });
  expect(await client.next()).toBe("y".repeat(60_000));
  for (let sent = 0; sent <= 128 * 1024; sent += 32_000) client.ws.send("z".repeat(32_000), { fin: false });
  expect((await client.closed).code).toBe(1009);
});

it("runs $disconnect with the close code and stub headers", async () => {
  const client = await Client.open(local.webSocketUrl);
  const connectionId = await connectionIdOf(client);
  client.ws.close(4001, "bye");
  const event = await logged("disconnect", connectionId);
  expect(event.headers).toHaveProperty("x-restapi", "");
  expect(event.requestContext).toMatchObject({
    eventType: "DISCONNECT",
    disconnectStatusCode: 4001,
    disconnectReason: "bye",
  });
});

it("answers long-polling with a hint that a browser can read, and prints it", async () => {
  const headers = { origin: "https://example.com" };
  const response = await fetch(`${local.url}/socket.io/?EIO=4&transport=polling`, { headers });
  expect(response.status).toBe(400);
  expect(response.headers.get("access-control-allow-origin")).toBe("https://example.com");
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining('transports: ["websocket"]'),
  });
  await local.logged('transports: ["websocket"]');
});

it("serves the page and what it needs to connect", async () => {
  expect((await fetch(`${local.url}/socket.io-client.js`)).headers.get("content-type")).toContain(
    "javascript",
  );
  const config = await (await fetch(`${local.url}/demo-config.json`)).json();
  expect(config).toMatchObject({ wsUrl: local.webSocketUrl, ioUrl: local.url });
  expect((await fetch(`${local.url}/../package.json`)).status).toBe(404);
  expect((await fetch(`${local.url}/..%2fpackage.json`)).status).toBe(404);
});

describe("limits of time and rate", () => {
  async function withLocal(
    options: Parameters<typeof startLocalAws>[0],
    run: (local: LocalAws) => Promise<void>,
  ) {
    const own = await startLocalAws(options);
    await run(own).finally(() => own.stop());
  }

  it("closes what was idle with 1001, and counts it", () =>
    withLocal({ assemblyPath: writeAssembly(), limits: { idleMs: 100 } }, async ({ webSocketUrl, aws }) => {
      const client = await Client.open(webSocketUrl);
      expect((await client.closed).code).toBe(1001);
      expect(aws.gateway.cuts).toEqual({ lifetime: 0, idle: 1 });
    }));

  it("answers a throttled message with an error frame", () =>
    withLocal(
      { assemblyPath: writeAssembly({ throttling: { rate: 0.001, burst: 1 } }) },
      async ({ webSocketUrl }) => {
        const client = await Client.open(webSocketUrl);
        expect(await client.ask({ action: "echo", data: 1 })).toBe(1);
        expect(await client.ask({ action: "echo", data: 2 })).toMatchObject({ message: "Limit Exceeded" });
        await expect(Client.open(webSocketUrl)).rejects.toThrow("response: 429");
      },
    ));
});
