import { join } from "node:path";
import { io as connect, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { connectJson, connectSocketIo, type TestClient } from "../support/clients";
import { HttpStub } from "../support/http-stub";
import { startTarget, type Target } from "../support/target";

const APP = join(__dirname, "fixtures", "odd-app.ts");

let target: Target;
let bystanders: TestClient[];
const stub = new HttpStub();
let stubUrl: string;

beforeAll(async () => {
  [target, stubUrl] = await Promise.all([startTarget({ app: APP }), stub.start()]);
  bystanders = [await connectSocketIo(target, { token: "" }), await connectJson(target, { token: "none" })];
});

afterAll(async () => {
  await Promise.all(bystanders?.map((client) => client.close()) ?? []);
  await target?.stop();
  await stub.stop();
});

/** They are still connected, have got nothing, and are answered; no Lambda failed. */
async function expectNobodyNoticed(): Promise<void> {
  for (const client of bystanders) {
    expect(await client.call("answer", "still here")).toBe("still here");
    await target.push({ everyone: true, event: "fence" });
  }
  for (const client of bystanders) {
    for (const _push of bystanders) expect((await client.next()).event).toBe("fence");
  }
  expect(target.failures()).toEqual([]);
}

function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${target.webSocketUrl}?EIO=4&transport=websocket`);
  return new Promise((resolve, reject) => {
    socket.once("message", () => resolve(socket));
    socket.once("error", reject);
  });
}

function nextFrame(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => socket.once("message", (data) => resolve(String(data))));
}

function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once("close", (code) => resolve(code)));
}

describe("a Socket.IO client that sends", () => {
  test.each(["4abc", "42{}", '42["a"]', "hello", "451-[]", '40{"token":', "0{}", "9", "42".repeat(10_000)])(
    "%.20s is closed, and nobody else notices",
    async (frame) => {
      const socket = await open();
      const closed = closing(socket);
      socket.send(frame);
      await closed;
      await expectNobodyNoticed();
    },
  );

  test.each(['42["disconnect"]', '42["connection"]', "42[7]", '42["disconnecting","x"]'])(
    "%s after its CONNECT is closed, and nobody else notices",
    async (frame) => {
      const socket = await open();
      const connected = nextFrame(socket);
      socket.send("40");
      await connected;
      const closed = closing(socket);
      socket.send(frame);
      await closed;
      await expectNobodyNoticed();
    },
  );

  test.each(["__proto__", "constructor", "hasOwnProperty"])("an event named %s gets on", async (event) => {
    const socket = await open();
    const connected = nextFrame(socket);
    socket.send("40");
    await connected;
    const answer = nextFrame(socket);
    socket.send(`42${JSON.stringify([event, { __proto__: 1 }])}`);
    socket.send('421["answer","fine"]');
    expect(await answer).toBe('431["fine"]');
    socket.close();
    await expectNobodyNoticed();
  });
});

describe("a listener that", () => {
  let client: Socket;

  beforeAll(async () => {
    client = connect(target.ioUrl, { path: target.ioPath, transports: ["websocket"], reconnection: false });
    await new Promise((resolve) => client.once("connect", () => resolve(undefined)));
  });

  afterAll(() => void client.disconnect());

  test("throws hurts nobody", async () => {
    client.emit("throw");
    client.emit("reject");
    expect(await new Promise((resolve) => client.once("before", () => resolve("before")))).toBe("before");
    expect(await client.timeout(5000).emitWithAck("answer", 1)).toBe(1);
    await expectNobodyNoticed();
  });

  test("joins what is no room of an app, does not", async () => {
    client.emit("number");
    client.emit("reserved", "@all");
    client.emit("reserved", client.id);
    expect(await client.timeout(5000).emitWithAck("answer", 2)).toBe(2);
    await expectNobodyNoticed();
  });

  test("starts work and does not await it is answered, and what comes of it is refused and logged", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    stub.hold(released);
    const received: string[] = [];
    client.onAny((event) => received.push(event));
    const refused = target.logged('emit \\"too late\\" refused');
    expect(await client.timeout(5000).emitWithAck("stray", stubUrl)).toBe("answered");
    release();
    // The environment is frozen until its next packet; then the work goes on, and must not be sent. Several at
    // once, so that every environment gets one.
    let isRefused = false;
    refused.then(() => {
      isRefused = true;
    });
    while (!isRefused) {
      const packets = Array.from({ length: 8 }, (_, index) => index);
      await Promise.all(packets.map((index) => client.timeout(5000).emitWithAck("answer", index)));
    }
    expect(received).toEqual([]);
    await expectNobodyNoticed();
  });
});

test("messages of one connection are handled concurrently: the first is answered after the second", async () => {
  let release = () => {};
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  stub.hold(both);
  stub.requests.length = 0;
  stub.onRequest = () => {
    if (stub.requests.length === 2) release();
  };
  const [client] = bystanders;
  // Neither is answered before both are being handled: one after the other would never end.
  await Promise.all([client?.call("wait", stubUrl), client?.call("wait", stubUrl)]);
  expect(stub.requests).toHaveLength(2);
});
