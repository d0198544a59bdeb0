import { join } from "node:path";
import { WebSocket } from "ws";
import { type LocalAws, startLocalAws } from "../support/local-aws";

// The cases of the published suites (engine.io and socket.io, docs/*-protocol) that a WebSocket without binary
// frames allows, with their own settings.
const SETTINGS = {
  pingInterval: "0.3",
  pingTimeout: "0.2",
  connectTimeout: "1",
  maxPayload: "1000000",
  // It ends each event with one more argument.
  recoveryWindow: "0",
};

let local: LocalAws;

beforeAll(async () => {
  const app = join(__dirname, "fixtures", "conformance.ts");
  local = await startLocalAws({ context: { app, ...SETTINGS } });
  // A first connection starts the environments that the intervals leave no time for.
  const { socket } = await greeted();
  const closed = closing(socket);
  socket.close();
  await closed;
});

afterAll(() => local?.stop());

/** A WebSocket that keeps what comes until it is asked for, pings apart. */
class Raw {
  readonly #frames: string[] = [];
  readonly #waiting: ((frame: string) => void)[] = [];
  pings = 0;

  constructor(
    readonly socket: WebSocket,
    answersPings: boolean,
  ) {
    socket.on("message", (data) => {
      const frame = String(data);
      if (frame === "2") {
        this.pings += 1;
        if (answersPings) socket.send("3");
        return;
      }
      const waiting = this.#waiting.shift();
      if (waiting) waiting(frame);
      else this.#frames.push(frame);
    });
  }

  next(): Promise<string> {
    const frame = this.#frames.shift();
    return frame === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(frame);
  }
}

function dial(query: string): WebSocket {
  return new WebSocket(`${local.url.replace(/^http/, "ws")}/socket.io/?${query}`);
}

async function greeted(answersPings = true): Promise<Raw & { readonly open: string }> {
  const raw = new Raw(dial("EIO=4&transport=websocket"), answersPings);
  const open = await raw.next();
  return Object.assign(raw, { open });
}

async function connected(): Promise<Raw> {
  const raw = await greeted();
  raw.socket.send("40");
  await raw.next();
  await raw.next();
  return raw;
}

function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once("close", resolve));
}

describe("Engine.IO", () => {
  test("opens a session", async () => {
    const { open, socket } = await greeted();
    expect(open.charAt(0)).toBe("0");
    const handshake = JSON.parse(open.slice(1));
    expect(Object.keys(handshake)).toEqual(["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"]);
    expect(handshake).toMatchObject({
      upgrades: [],
      pingInterval: 300,
      pingTimeout: 200,
      maxPayload: 1_000_000,
    });
    socket.close();
  });

  test.each(["transport=websocket", "EIO=abc&transport=websocket", "EIO=4", "EIO=4&transport=abc"])(
    "refuses the query %s",
    async (query) => {
      const socket = dial(query);
      const failed = new Promise((resolve) => socket.once("error", resolve));
      await failed;
      expect(socket.readyState).not.toBe(WebSocket.OPEN);
    },
  );

  test("pings, and keeps who answers", async () => {
    const raw = await greeted();
    raw.socket.send("40");
    await raw.next();
    while (raw.pings < 4) await new Promise((resolve) => raw.socket.once("message", resolve));
    expect(raw.socket.readyState).toBe(WebSocket.OPEN);
    raw.socket.close();
  });

  test("closes who does not answer a ping", async () => {
    const { socket } = await greeted(false);
    await closing(socket);
  });

  test.each(["1", "abc", ""])("closes after %p", async (frame) => {
    const { socket } = await greeted();
    const closed = closing(socket);
    socket.send(frame);
    await closed;
  });
});

describe("Socket.IO", () => {
  test.each([
    ["40", '42["auth",{}]'],
    ['40{"token":"123"}', '42["auth",{"token":"123"}]'],
    ["40/custom,", '42/custom,["auth",{}]'],
    ['40/custom,{"token":"abc"}', '42/custom,["auth",{"token":"abc"}]'],
  ])("connects with %s", async (packet, event) => {
    const raw = await greeted();
    raw.socket.send(packet);
    expect(await raw.next()).toMatch(/^40(\/custom,)?\{"sid":"[^"]+"\}$/);
    expect(await raw.next()).toBe(event);
    raw.socket.close();
  });

  test("refuses an unknown namespace, and stays", async () => {
    const raw = await greeted();
    raw.socket.send("40/random");
    expect(await raw.next()).toBe('44/random,{"message":"Invalid namespace"}');
    raw.socket.close();
  });

  test("closes who does not connect in time", async () => {
    const { socket } = await greeted();
    await closing(socket);
  });

  test("leaves a namespace, and the other stays", async () => {
    const raw = await connected();
    raw.socket.send("40/custom");
    await raw.next();
    await raw.next();
    raw.socket.send("41/custom");
    raw.socket.send('42["message","message to main namespace"]');
    expect(await raw.next()).toBe('42["message-back","message to main namespace"]');
    raw.socket.close();
  });

  test("connects again after leaving", async () => {
    const raw = await connected();
    raw.socket.send("41");
    raw.socket.send("40");
    expect(await raw.next()).toMatch(/^40\{"sid"/);
    expect(await raw.next()).toBe('42["auth",{}]');
    raw.socket.close();
  });

  test("sends a message back, and acks one", async () => {
    const raw = await connected();
    raw.socket.send('42["message",1,"2",{"3":[true]}]');
    expect(await raw.next()).toBe('42["message-back",1,"2",{"3":[true]}]');
    raw.socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    expect(await raw.next()).toBe('43456[1,"2",{"3":[false]}]');
    raw.socket.close();
  });

  test.each(["4abc", "42{}", "42abc", '42["connect"]', "40"])("closes after %s", async (packet) => {
    const { socket } = await connected();
    const closed = closing(socket);
    socket.send(packet);
    await closed;
  });
});
