import { requireRole, Server } from "../../../lambdas/core";
import { Barrier } from "../../support/barrier";
import { CoreService } from "../../support/core-service";

describe("CONNECT", () => {
  test("joins made in connection hold, and its emits follow, the client's connect", async () => {
    const io = new Server();
    const barrier = new Barrier();
    const started = new Barrier();
    io.on("connection", async (socket) => {
      socket.emit("first");
      await socket.join("room");
      io.to("room").emit("second");
      started.open();
      await barrier.passed;
      socket.join("late");
    });
    const service = new CoreService(io);
    const connecting = service.socketIo();
    await started.passed;
    expect(service.posted.get("c1=")).toEqual([]);
    barrier.open();
    const client = await connecting;
    expect(client.take()).toEqual([expect.stringMatching(/^40/), '42["first"]', '42["second"]']);
    expect(Object.keys(service.stores.socketRecords()[0]?.rooms ?? {})).toEqual(["room", "late"]);
  });

  test("a disconnect in connection comes after the client's connect", async () => {
    const io = new Server();
    io.on("connection", (socket) => socket.disconnect());
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(client.take()).toEqual([expect.stringMatching(/^40/), "41"]);
    await service.settle();
    expect(service.stores.socketRecords().length).toBe(0);
  });

  test("a disconnect in connection keeps its place among emits, and whoever awaits it is not kept waiting", async () => {
    const io = new Server();
    const seen: string[] = [];
    io.on("connection", async (socket) => {
      socket.emit("before");
      await io.in(socket.id).disconnectSockets();
      seen.push(service.posted.get("c1=")?.at(-1) ?? "");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(seen).toEqual(["41"]);
    expect(client.take()).toEqual([expect.stringMatching(/^40/), '42["before"]', "41"]);
  });

  test("a client that cannot be connected because the table is away is cut, and will come again", async () => {
    const service = new CoreService(new Server());
    service.services.sockets.create = () => Promise.reject(new Error("DynamoDB is away"));
    const client = await service.socketIo();
    expect(client.take()).toEqual([]);
    expect(service.cut).toEqual([client.connectionId]);
    expect(service.errors()).toHaveLength(1);
  });

  test.each(["cannot be kept", "was not kept yet when its connection dropped"])(
    "nobody hears of a socket whose session %s",
    async (what) => {
      const heard: string[] = [];
      const io = new Server();
      for (const event of ["connection", "disconnect"] as const) io.on(event, () => void heard.push(event));
      const service = new CoreService(io, { recoveryWindowMs: 120_000 });
      const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
      service.stores.sessions.open = async () => {
        if (what === "cannot be kept") throw new Error("DynamoDB is away");
        await client.drop();
      };
      await client.send("40");
      await client.drop();
      expect(heard).toEqual([]);
      expect(client.take().filter((frame) => frame.startsWith("40"))).toEqual([]);
      expect(service.stores.isEmpty()).toBe(true);
    },
  );

  test("a client that cannot be told that it is connected is cut", async () => {
    const service = new CoreService(new Server());
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    service.services.gateway.post = async () => "throttled";
    await client.send("40");
    await service.settle();
    expect(service.cut).toEqual([client.connectionId]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("a greeting waits for no client that was heard from, and for its turn where packets have turns", async () => {
    const io = new Server();
    io.binary = true;
    const service = new CoreService(io);
    const recipients: unknown[] = [];
    const { post } = service.services.gateway;
    service.services.gateway.post = (recipient, frame) => {
      if (frame.startsWith("40")) recipients.push(recipient);
      return post(recipient, frame);
    };
    const client = await service.socketIo();
    expect(recipients).toEqual([
      { connectionId: client.connectionId, isProtected: true, newbornUntil: undefined },
    ]);
  });

  test("what a listener does after the client was given up is refused", async () => {
    const io = new Server();
    const barrier = new Barrier();
    const late = new Barrier();
    let answer: unknown;
    io.on("connection", async () => {
      await barrier.passed;
      answer = io.emit("too late");
      late.open();
    });
    const service = new CoreService(io);
    service.services.liveness.admit = () => Promise.reject(new Error("DynamoDB is away"));
    const client = await service.socketIo();
    expect(service.cut).toEqual([client.connectionId]);
    barrier.open();
    await late.passed;
    expect(answer).toBe(false);
  });

  test("emits of connection keep their order while they go out", async () => {
    const io = new Server();
    io.on("connection", async (socket) => {
      socket.emit("one");
      await socket.join("room");
      socket.emit("two");
    });
    const service = new CoreService(io);
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) => {
      await new Promise(setImmediate);
      return post(recipient, frame);
    };
    const client = await service.socketIo();
    expect(client.take().slice(1)).toEqual(['42["one"]', '42["two"]']);
  });

  test("a connection listener that throws is logged, and the client is connected", async () => {
    const io = new Server();
    io.on("connection", () => {
      throw new Error("a bug");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(client.take()).toEqual([expect.stringMatching(/^40/)]);
    expect(service.errors()).toHaveLength(1);
  });
});

describe("middleware", () => {
  test("runs in order, for its own namespace, and sets who the socket is", async () => {
    const io = new Server();
    const ran: string[] = [];
    io.use((_socket, next) => {
      ran.push("/ first");
      next();
    });
    io.use(async (socket, next) => {
      ran.push("/ second");
      socket.userId = "alice";
      socket.data = { from: socket.handshake.auth.name };
      await socket.join("greeted");
      next();
    });
    io.on("connection", (socket) => {
      ran.push(`${socket.userId} ${JSON.stringify(socket.data)} ${[...socket.rooms].includes("greeted")}`);
      io.toUser("alice").to("greeted").emit("hello");
    });
    io.of("/other").use((_socket, next) => {
      ran.push("/other");
      next();
    });
    const service = new CoreService(io);
    const client = await service.socketIo("/", { name: "Alice" });
    expect(ran).toEqual(["/ first", "/ second", 'alice {"from":"Alice"} true']);
    expect(client.take()).toEqual([expect.stringMatching(/^40/), '42["hello"]']);
  });

  test("refuses with next(error): the client gets message and data, and no trace stays", async () => {
    const io = new Server();
    io.use((_socket, next) => next(Object.assign(new Error("no"), { data: { code: 7 } })));
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(client.take()).toEqual(['44{"message":"no","data":{"code":7}}']);
    expect(service.stores.socketRecords().length).toBe(0);
    expect(service.cut).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no route to 10.0.3.7");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no route to 10.0.3.7"))],
  ])("that %s refuses, and what it says goes to the log, not to the client", async (_name, fail) => {
    const service = new CoreService(new Server().use(fail));
    const client = await service.socketIo();
    expect(client.take()).toEqual(['44{"message":"Internal server error"}']);
    expect(service.log[0]?.details.error).toEqual(new Error("no route to 10.0.3.7"));
  });

  test("shares one deadline with the listeners that follow", async () => {
    const io = new Server();
    io.use((_socket, next) => {
      service.now += 25_000;
      next();
    });
    // Would be waited for, for another 25 s.
    io.use(() => {});
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(client.take()).toEqual(['44{"message":"Internal server error"}']);
    expect(String(service.log[0]?.details.error)).toMatch(/did not call next\(\) within 25 s/);
  });

  test("leaves nothing behind that could emit later", async () => {
    const io = new Server();
    const barrier = new Barrier();
    const late = new Barrier();
    let answer: unknown;
    io.use((socket, next) => {
      next();
      barrier.passed.then(() => {
        answer = socket.emit("too late");
        late.open();
      });
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    barrier.open();
    await late.passed;
    expect(answer).toBe(false);
    expect(client.take()).toEqual([expect.stringMatching(/^40/)]);
  });

  test.each([
    ["too long", "x".repeat(600)],
    ["half a character", "\ud800"],
  ])("a user id that is %s is refused, not stored", async (_name, userId) => {
    const io = new Server().use((socket, next) => {
      socket.userId = userId;
      next();
    });
    const service = new CoreService(io);
    expect((await service.socketIo()).take()[0]).toMatch(/^44.*socket.userId cannot be used/);
    expect(service.stores.socketRecords().length).toBe(0);
  });

  test("that never answers is a connect error, and the log says so", async () => {
    const service = new CoreService(
      new Server().use(() => {}),
      { listenerTimeoutMs: 20 },
    );
    const client = await service.socketIo();
    expect(client.take()).toEqual(['44{"message":"Internal server error"}']);
    expect(String(service.log[0]?.details.error)).toMatch(/did not call next\(\) within 0.02 s/);
  });

  test("may not emit, and listeners may not change the user", async () => {
    const io = new Server();
    io.use((socket) => socket.emit("x"));
    io.of("/n").on("connection", (socket) => {
      socket.userId = "mallory";
    });
    const service = new CoreService(io);
    expect((await service.socketIo()).take()).toEqual(['44{"message":"Internal server error"}']);
    expect(String(service.log[0]?.details.error)).toMatch(/emit in middleware/);
    await service.socketIo("/n");
    expect(service.log[1]?.details.error).toEqual(new Error("socket.userId can be set in middleware only"));
  });

  test("requireRole refuses without claims, and what follows a refusal does not run", async () => {
    const io = new Server();
    let ran = false;
    io.use(requireRole("admin")).use((_socket, next) => {
      ran = true;
      next();
    });
    const client = await new CoreService(io).socketIo();
    expect(client.take()[0]).toMatch(/^44\{"message":"Unauthorized"/);
    expect(ran).toBe(false);
  });
});

describe("socket.handshake", () => {
  test("has the client's auth, query and chosen headers, and no token", async () => {
    const io = new Server();
    let handshake: unknown;
    io.on("connection", (socket) => {
      handshake = socket.handshake;
    });
    const service = new CoreService(io);
    const client = await service.connection({
      query: { EIO: "4", transport: "websocket", tab: "1", token: "secret" },
      headers: {
        "user-agent": "test",
        cookie: "secret",
        authorization: "Bearer secret",
        origin: "https://a.example",
      },
    });
    await client.send('40{"token":"secret too"}');
    expect(handshake).toMatchObject({
      auth: { token: "secret too" },
      query: { tab: "1" },
      headers: { "user-agent": "test", origin: "https://a.example" },
      address: "192.0.2.1",
      issued: Date.parse("2026-01-01T00:00:00Z"),
      secure: true,
      xdomain: true,
    });
    expect(JSON.stringify([...service.stores.handshakes.values()])).not.toContain("secret");
    expect(JSON.stringify(service.stores.socketRecords())).not.toContain("secret");
  });

  test("throws in later listeners, and says what to do", async () => {
    const io = new Server();
    io.on("go", (socket) => socket.handshake);
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send('42["go"]');
    expect(String(service.log[0]?.details.error)).toMatch(/keep what later listeners need in socket.data/);
  });
});
