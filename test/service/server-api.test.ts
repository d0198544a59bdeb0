import { join } from "node:path";
import { io as connect, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { next } from "../support/next-event";
import { offsetFree } from "../support/offset-free";
import { startTarget, type Target } from "../support/target";

const APP = join(__dirname, "fixtures", "server-api-app.ts");

let target: Target;
const clients: Socket[] = [];

beforeAll(async () => {
  target = await startTarget({ app: APP });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
  expect(target.failures()).toEqual([]);
});

afterAll(() => target?.stop());

/** Not yet connected: who needs to can listen first. */
function client(namespace = "/", query: Record<string, string> = {}): Socket {
  const socket = connect(`${target.ioUrl}${namespace}`, {
    path: target.ioPath,
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    query,
  });
  clients.push(socket);
  return socket;
}

function call(socket: Socket, event: string, ...args: unknown[]): Promise<unknown> {
  return socket.timeout(10_000).emitWithAck(event, ...args);
}

describe("acks of a client", () => {
  test("answer emitWithAck, a callback, and more than one question", async () => {
    const socket = client();
    socket.on("question", (question, ack) => ack(`${question}!`));
    expect(await call(socket, "ask me", "sure?")).toBe("sure?!");
    expect(await call(socket, "ask me", "really?")).toBe("really?!");
    expect(await call(socket, "call me back")).toBe("callback!");
  });

  test("that do not come are a timeout", async () => {
    expect(await call(client(), "ask in vain")).toBe("operation has timed out");
  });

  test("can be awaited in a connection listener: the client is connected first", async () => {
    const socket = client("/greeted");
    const wasConnected = new Promise((resolve) => {
      socket.on("welcome", (name, ack) => {
        resolve(socket.connected);
        ack(`hello ${name}`);
      });
    });
    expect(await wasConnected).toBe(true);
    // The listener may still be about to take the answer.
    let answer: unknown;
    do answer = await call(socket, "answer");
    while (answer === null || answer === undefined);
    expect(answer).toBe("hello /greeted");
  });
});

describe("acks of a room", () => {
  test("come from clients of both protocols", async () => {
    const [one, two] = [client(), client()];
    for (const [name, socket] of Object.entries({ one, two })) {
      socket.on("question", (_question, ack) => ack(name));
      await call(socket, "join", "askers");
    }
    const json = new WebSocket(target.webSocketUrl);
    await joined(json, "askers");
    json.on("message", (data) => {
      const { event, id } = JSON.parse(String(data));
      if (event === "question") json.send(JSON.stringify({ ack: id, data: "json" }));
    });
    expect(await call(one, "ask all", "askers")).toEqual(["json", "one", "two"]);
    json.terminate();
  });

  test("that are missing leave those that came", async () => {
    const [eager, lazy] = [client(), client()];
    eager.on("maybe", (ack) => ack("here"));
    for (const socket of [eager, lazy]) await call(socket, "join", "lazy room");
    const answer = await new Promise((resolve) => {
      eager.emit("ask all in vain", "lazy room", (...args: unknown[]) => resolve(args));
    });
    expect(answer).toEqual(["operation has timed out", ["here"]]);
  });
});

describe("the sockets of a room", () => {
  test("are fetched with their data and handshake", async () => {
    const [ada, bob] = [client("/", { device: "phone" }), client("/", { device: "desk" })];
    for (const [name, socket] of Object.entries({ ada, bob })) {
      await call(socket, "call me", name);
      await call(socket, "join", "known");
    }
    expect(await call(ada, "who is in", "known")).toEqual([
      ["ada", "phone"],
      ["bob", "desk"],
    ]);
  });

  test("join and leave together", async () => {
    const [one, two] = [client(), client()];
    for (const socket of [one, two]) await call(socket, "join", "here");
    const heard: string[] = [];
    one.onAny((event) => heard.push(event));
    const gathered = [next(one, "gathered"), next(two, "gathered")];
    await call(one, "gather", "here", "there");
    await Promise.all(gathered);
    expect(heard).toEqual(["gathered"]);
  });

  test("are disconnected together, but not the one who asks", async () => {
    const [stays, goes] = [client(), client()];
    for (const socket of [stays, goes]) await call(socket, "join", "pub");
    const reason = next(goes, "disconnect");
    await call(stays, "throw out", "pub");
    expect((await reason)[0]).toBe("io server disconnect");
    expect(await call(stays, "who is in", "pub")).toHaveLength(1);
  });
});

test("packet middleware drops what it refuses, and onAny sees the rest", async () => {
  const socket = client("/guarded");
  const seen: string[] = [];
  socket.on("any", (event) => seen.push(event));
  const refused = socket.timeout(1_000).emitWithAck("secret");
  await expect(refused).rejects.toThrow("operation has timed out");
  expect(await call(socket, "open")).toBe("welcome");
  expect(seen).toEqual(["open"]);
});

describe("a namespace of a pattern", () => {
  test("has sockets of its own", async () => {
    const [one, two, other] = [client("/tenant-1"), client("/tenant-1"), client("/tenant-2")];
    await Promise.all([one, two, other].map((socket) => next(socket, "connect")));
    const strayed: unknown[] = [];
    other.onAny((...args) => strayed.push(offsetFree(args)));
    const heard = [next(one, "heard"), next(two, "heard")];
    one.emit("shout", "hi");
    expect(await Promise.all(heard)).toEqual([["hi"], ["hi"]]);
    const own = next(other, "heard");
    other.emit("shout", "mine");
    expect(await own).toEqual(["mine"]);
    expect(strayed).toEqual([["heard", "mine"]]);
  });

  test.each([
    ["/tenant-13", "unlucky"],
    ["/tenant-x", "Invalid namespace"],
  ])("%s is refused: %s", async (name, message) => {
    const [error] = await next(client(name), "connect_error");
    expect(error).toMatchObject({ message });
  });
});

/** Resolves when the plain JSON client is connected and in the room. */
function joined(json: WebSocket, room: string): Promise<void> {
  return new Promise((resolve) => {
    json.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.connected) json.send(JSON.stringify({ event: "join", data: room, id: 1 }));
      if (frame.ack === 1) resolve();
    });
  });
}
