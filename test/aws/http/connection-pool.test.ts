import { once } from "node:events";
import type { Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { ConnectionPool } from "../../../lambdas/aws/http/connection-pool";
import { CERTIFICATE, requestOn, StubConnections } from "./stub-connections";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const ANSWERED = { kind: "answered", status: 200, body: "ok" };

/** A request without a body. */
const get = (path: string) => `GET /${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe.each(["http", "https"] as const)("a pool of connections over %s", (protocol) => {
  let stub: StubConnections;
  let pool: ConnectionPool;
  let url: URL;
  let now = 0;

  beforeEach(async () => {
    stub = new StubConnections(protocol);
    url = await stub.start();
    now = 1_000_000;
    pool = new ConnectionPool(url, () => now, createSecureContext({ ca: CERTIFICATE }));
  });

  afterEach(async () => {
    pool.drop();
    await stub.stop();
  });

  const send = (path: string) => pool.send(get(path), "latin1");

  /** One request to its end; answers the server's side of its connection. */
  const exchange = async (path: string, known?: Socket): Promise<Socket> => {
    const accepted = known ?? stub.next();
    const sent = send(path);
    const socket = await accepted;
    expect(await requestOn(socket)).toBe(get(path));
    socket.write(OK);
    expect(await sent).toEqual(ANSWERED);
    return socket;
  };

  test("one request follows the other on one connection", async () => {
    const socket = await exchange("a");
    await exchange("b", socket);
    expect(stub.all).toHaveLength(1);
  });

  test("requests at once have a connection each", async () => {
    const sockets = Promise.all([stub.next(), stub.next()]);
    const sent = [send("a"), send("b")];
    for (const socket of await sockets) {
      await requestOn(socket);
      socket.write(OK);
    }
    expect(await Promise.all(sent)).toEqual([ANSWERED, ANSWERED]);
  });

  test("a connection that idled for more than 5 s is not used again", async () => {
    const old = await exchange("a");
    now += 5_000;
    await exchange("b", old);
    now += 5_001;
    const closed = once(old, "close");
    expect(await exchange("c")).not.toBe(old);
    await closed;
  });

  test("a connection that the server closed while it idled costs nobody his request", async () => {
    const socket = await exchange("a");
    const closed = once(socket, "close");
    socket.end();
    await closed;
    await exchange("b");
  });

  test("an answer may say that it is the last", async () => {
    const accepted = stub.next();
    const sent = send("a");
    const socket = await accepted;
    await requestOn(socket);
    socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok");
    expect(await sent).toEqual(ANSWERED);
    await exchange("b");
  });

  test("an answer may end with its connection", async () => {
    const accepted = stub.next();
    const sent = send("a");
    const socket = await accepted;
    await requestOn(socket);
    socket.end("HTTP/1.1 200 OK\r\n\r\nok");
    expect(await sent).toEqual(ANSWERED);
    await exchange("b");
  });

  const breakages: [string, (socket: Socket) => void][] = [
    ["a cut", (socket) => socket.destroy()],
    ["an end", (socket) => socket.end()],
    ["an end within the answer", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no")],
    ["an answer that is no HTTP", (socket) => socket.write("what?\r\n\r\n")],
  ];
  test.each(breakages)("after %s a request is lost, and not made again", async (_name, breakIt) => {
    const accepted = stub.next();
    const sent = send("a");
    const socket = await accepted;
    await requestOn(socket);
    breakIt(socket);
    expect((await sent).kind).toBe("lost");
    await exchange("b");
    expect(stub.all).toHaveLength(2);
  });

  test("dropping loses what is on its way, and closes what idles", async () => {
    const idle = await exchange("a");
    const accepted = stub.next();
    const [first, second] = [send("b"), send("c")];
    await requestOn(idle);
    await accepted;
    pool.drop();
    expect(await first).toMatchObject({ kind: "lost" });
    expect((await second).kind).not.toBe("answered");
    await exchange("d");
  });

  test("where nobody listens, each request is unsent", async () => {
    await stub.stop();
    const kinds = (await Promise.all([send("a"), send("b")])).map(({ kind }) => kind);
    expect(kinds).toEqual(["unsent", "unsent"]);
  });

  test("requests beyond 128 wait for a connection", async () => {
    const seen: string[] = [];
    const serve = (socket: Socket) =>
      socket.on("data", (bytes) => {
        seen.push(String(bytes).slice(5, String(bytes).indexOf(" HTTP")));
        socket.write(OK);
      });
    const numbers = Array.from({ length: 300 }, (_, n) => String(n));
    const sockets = Array.from({ length: 128 }, () => stub.next());
    const sent = Promise.all(numbers.map(send));
    for (const socket of await Promise.all(sockets)) serve(socket);
    expect((await sent).every(({ kind }) => kind === "answered")).toBe(true);
    expect(stub.all).toHaveLength(128);
    expect(new Set(seen)).toEqual(new Set(numbers));
  });

  describe("time", () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
    });
    afterEach(() => jest.useRealTimers());

    test("an answer has 5 s", async () => {
      const accepted = stub.next();
      const sent = send("a");
      const socket = await accepted;
      await requestOn(socket);
      jest.advanceTimersByTime(5_000);
      const other = stub.next();
      const late = send("b");
      jest.advanceTimersByTime(250);
      expect(await sent).toMatchObject({ kind: "lost", error: new Error("no answer within 5 s") });
      (await other).write(OK);
      expect(await late).toEqual(ANSWERED);
    });

    test("a pool at rest has no timer", async () => {
      await exchange("a");
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(250);
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});

describe("a pool of connections over TLS", () => {
  test("sends nothing to a server that is not the one it says", async () => {
    const stub = new StubConnections("https");
    const pool = new ConnectionPool(await stub.start(), () => 0, createSecureContext());
    expect(await pool.send(get("a"), "latin1")).toMatchObject({
      kind: "unsent",
      error: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
    });
    await stub.stop();
  });

  test("connecting, handshake included, has 1 s", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "setTimeout", "queueMicrotask"] });
    // It accepts, and says nothing.
    const stub = new StubConnections("http");
    const url = await stub.start();
    const pool = new ConnectionPool(new URL(`https://localhost:${url.port}`), () => 0);
    const accepted = stub.next();
    const sent = pool.send(get("a"), "latin1");
    await accepted;
    jest.advanceTimersByTime(1_250);
    expect(await sent).toEqual({ kind: "unsent", error: new Error("no connection within 1 s") });
    jest.useRealTimers();
    await stub.stop();
  });
});
