import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

const CONNECTED = {
  connected: { id: expect.stringMatching(/^@[\w-]{20}$/), maxPayloadBytes: 32_768, pingIntervalSeconds: 480 },
};

/** "/" admits everybody, "/members" only the token "alice" or "bob", whose user has that name. */
function app() {
  const io = new Server();
  io.on("echo", (socket, ...args) =>
    socket.emit("echoed", ...args.filter((arg) => typeof arg !== "function")),
  );
  io.on("sum", (_socket, a, b, ack) => ack(a + b));
  io.on("quiet", () => {});
  io.on("broken", () => {
    throw new Error("a bug");
  });
  io.on("answers and breaks", (_socket, ack) => {
    ack("first");
    throw new Error("a bug");
  });
  const members = io.of("/members");
  members.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (token === "expired")
      return next(Object.assign(new Error("Unauthorized"), { data: { code: "token_expired" } }));
    if (token !== "alice" && token !== "bob") return next(new Error("Unauthorized"));
    socket.userId = token;
    next();
  });
  members.on("connection", (socket) => socket.emit("welcome", socket.userId));
  members.on("who", (socket, ack) => ack(socket.userId));
  return io;
}

describe("a plain JSON WebSocket", () => {
  test("is connected without asking where the namespace admits anybody", async () => {
    const client = await new CoreService(app()).connection();
    expect(client.takeJson()).toEqual([CONNECTED]);
  });

  test("sends and gets events, with one argument or several", async () => {
    const client = await new CoreService(app()).connection();
    client.take();
    await client.send({ event: "echo", data: { a: 1 }, unknown: "ignored" });
    await client.send({ event: "echo", args: [1, "two"] });
    expect(client.takeJson()).toEqual([
      { event: "echoed", data: { a: 1 } },
      { event: "echoed", data: 1, args: [1, "two"] },
    ]);
  });

  test("Buffers are {base64} both ways", async () => {
    const client = await new CoreService(app()).connection();
    client.take();
    await client.send({ event: "echo", data: { file: { base64: "AAEC" } } });
    expect(client.takeJson()).toEqual([{ event: "echoed", data: { file: { base64: "AAEC" } } }]);
  });

  test("an event with an id is acked: by its listener, or when its listeners are done", async () => {
    const client = await new CoreService(app()).connection();
    client.take();
    await client.send({ event: "sum", args: [1, 2], id: 1 });
    await client.send({ event: "quiet", id: "two" });
    await client.send({ event: "quiet" });
    expect(client.takeJson()).toEqual([{ ack: 1, data: 3 }, { ack: "two" }]);
  });

  test("a listener that fails is an error with the event's id, and one answer is enough", async () => {
    const client = await new CoreService(app()).connection();
    client.take();
    await client.send({ event: "broken", id: 1 });
    await client.send({ event: "broken" });
    await client.send({ event: "answers and breaks", id: 2 });
    expect(client.takeJson()).toEqual([
      { error: { code: "listener_failed", message: 'event: "broken" failed' }, id: 1 },
      { error: { code: "listener_failed", message: 'event: "broken" failed' } },
      { ack: 2, data: "first" },
    ]);
  });

  test("an ack that could not be sent is no answer", async () => {
    const io = new Server();
    io.on("full", (socket, ack) => {
      socket.join("room");
      ack("ok");
    });
    io.on("big number", (_socket, ack) => ack(10n));
    io.on("history", (_socket, ack) => ack("x".repeat(128 * 1024)));
    const service = new CoreService(io);
    service.stores.maxRoomsPerSocket = 0;
    const client = await service.connection();
    client.take();
    await client.send({ event: "full", id: 1 });
    await client.send({ event: "big number", id: 2 });
    await client.send({ event: "history", id: 3 });
    expect(client.takeJson()).toEqual([
      { error: expect.objectContaining({ code: "listener_failed" }), id: 1 },
      { error: expect.objectContaining({ code: "listener_failed" }), id: 2 },
      { error: expect.objectContaining({ code: "listener_failed" }), id: 3 },
    ]);
  });

  test("an auth that cannot be judged because the table is away cuts the client, which will come again", async () => {
    const service = new CoreService(app());
    const client = await service.connection({ query: { namespace: "/members" } });
    service.services.sockets.create = () => Promise.reject(new Error("DynamoDB is away"));
    await client.send({ auth: { token: "alice" } });
    expect(service.cut).toEqual([client.connectionId]);
  });

  test.each<[string, string, object]>([
    ["no JSON", "hello", { code: "invalid_frame" }],
    ["no key", "{}", { code: "invalid_frame" }],
    ["two keys", '{"ping":1,"pong":1}', { code: "invalid_frame" }],
    ["an event that is no string", '{"event":7,"id":3}', { code: "invalid_frame", field: "event" }],
    ["a lifecycle event", '{"event":"connection","id":3}', { code: "reserved_event", field: "event" }],
    ["an unknown event", '{"event":"nobody","id":3}', { code: "unknown_event" }],
    ["an unknown event named __proto__", '{"event":"__proto__","id":3}', { code: "unknown_event" }],
  ])("%s is answered, and the socket stays open", async (_name, frame, error) => {
    const service = new CoreService(app());
    const client = await service.connection();
    client.take();
    await client.send(frame);
    const id = frame.includes('"id"') ? { id: 3 } : {};
    expect(client.takeJson()).toEqual([{ error: expect.objectContaining(error), ...id }]);
    await client.send({ ping: true });
    expect(client.takeJson()).toEqual([{ pong: true }]);
    expect(service.cut).toEqual([]);
    expect(service.errors()).toEqual([]);
  });

  test("pong and an ack of nothing are taken silently", async () => {
    const client = await new CoreService(app()).connection();
    client.take();
    await client.send({ pong: true });
    await client.send({ ack: 1 });
    expect(client.take()).toEqual([]);
  });

  test("is told before the server closes it", async () => {
    const io = new Server();
    io.on("bye", (socket) => socket.disconnect());
    const service = new CoreService(io);
    const client = await service.connection();
    client.take();
    await client.send({ event: "bye", id: 1 });
    expect(client.takeJson()).toEqual([
      { disconnect: { reason: "server namespace disconnect", reconnect: false } },
    ]);
    expect(service.cut).toEqual([client.connectionId]);
    await service.settle();
    expect(service.stores.isEmpty()).toBe(true);
  });
});

describe("authentication", () => {
  const members = { namespace: "/members" };

  test.each<[string, object]>([
    ["?token=", { query: { ...members, token: "alice" } }],
    ["Authorization: Bearer", { query: members, headers: { authorization: "Bearer alice" } }],
    ["the subprotocols", { query: members, headers: { "sec-websocket-protocol": "roomcast.v1, alice" } }],
  ])("with a token at the upgrade by %s", async (_name, request) => {
    const client = await new CoreService(app()).connection(request);
    expect(client.takeJson()).toEqual([
      { connected: expect.objectContaining({ userId: "alice" }) },
      { event: "welcome", data: "alice" },
    ]);
  });

  test("a bad token at the upgrade is 401, and nothing is stored", async () => {
    const service = new CoreService(app());
    expect(await service.upgrade({ query: { ...members, token: "mallory" } })).toEqual({ status: 401 });
    expect(service.stores.isEmpty()).toBe(true);
    expect(service.queue).toEqual([]);
    expect(JSON.stringify(service.log)).not.toContain("mallory");
  });

  test("an error with data.status 403 is 403", async () => {
    const io = new Server().use((_socket, next) => {
      next(Object.assign(new Error("Unauthorized"), { data: { status: 403 } }));
    });
    expect(await new CoreService(io).upgrade({ query: { token: "x" } })).toEqual({ status: 403 });
  });

  test("with a token as the first frame, and again after a refused one", async () => {
    const client = await new CoreService(app()).connection({ query: members });
    expect(client.take()).toEqual([]);
    await client.send({ event: "who", id: 1 });
    await client.send({ auth: { token: "mallory" } });
    await client.send({ auth: { token: "expired" } });
    await client.send({ auth: {} });
    await client.send({ auth: { token: "alice" } });
    expect(client.takeJson()).toEqual([
      { error: expect.objectContaining({ code: "not_connected" }), id: 1 },
      { error: { code: "unauthorized", message: "Unauthorized" } },
      { error: expect.objectContaining({ code: "token_expired" }) },
      { error: expect.objectContaining({ code: "invalid_frame", field: "auth.token" }) },
      { connected: expect.objectContaining({ userId: "alice" }) },
      { event: "welcome", data: "alice" },
    ]);
  });

  test("a later auth refreshes the same user's, and refuses another's", async () => {
    const client = await new CoreService(app()).connection({ query: { ...members, token: "alice" } });
    client.take();
    await client.send({ auth: { token: "alice" } });
    await client.send({ auth: { token: "bob" } });
    await client.send({ event: "who", id: 1 });
    expect(client.takeJson()).toEqual([
      { connected: expect.objectContaining({ userId: "alice" }) },
      { error: expect.objectContaining({ code: "unauthorized" }) },
      { ack: 1, data: "alice" },
    ]);
  });

  test("an auth that meets open on its way makes the anonymous socket somebody's", async () => {
    const io = new Server();
    io.use((socket, next) => {
      const { token } = socket.handshake.auth;
      if (typeof token === "string") socket.userId = token;
      next();
    });
    io.on("hello", () => io.toUser("alice").emit("found"));
    const service = new CoreService(io);
    const client = await service.connection();
    client.take();
    await client.send({ auth: { token: "alice" } });
    await client.send({ event: "hello" });
    expect(client.takeJson()).toEqual([
      { connected: expect.objectContaining({ userId: "alice" }) },
      { event: "found" },
    ]);
  });
});
