import { Server, type Socket } from "../../../lambdas/core";
import { Barrier } from "../../support/barrier";
import { CoreService } from "../../support/core-service";

describe("what a listener does", () => {
  test("reaches the client in the order of its calls, awaited or not", async () => {
    const io = new Server();
    io.on("go", (socket, ack) => {
      socket.emit("before");
      socket.join("room");
      io.to("room").emit("inside");
      socket.leave("room");
      io.to("room").emit("outside");
      ack("done");
      socket.emit("after");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual(['42["before"]', '42["inside"]', '431["done"]', '42["after"]']);
  });

  test("is seen as it was at the call, whatever becomes of the arguments", async () => {
    const io = new Server();
    io.on("go", (socket) => {
      const state = { step: 1 };
      socket.emit("state", state);
      state.step = 2;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('42["go"]');
    expect(client.take()).toEqual(['42["state",{"step":1}]']);
  });

  test("shows in socket.rooms at once, and an awaited join is in the table", async () => {
    const io = new Server();
    const seen: unknown[] = [];
    const service = new CoreService(
      io.on("go", async (socket) => {
        const joined = socket.join("room");
        seen.push(socket.rooms.has("room"), service.stores.calls.includes("join"));
        await joined;
        seen.push(service.stores.calls.includes("join"));
      }),
    );
    const client = await service.socketIo();
    await client.send('42["go"]');
    expect(seen).toEqual([true, false, true]);
  });

  test("travels as one delivery: a room is read once for the emits of one go", async () => {
    const io = new Server();
    io.on("go", () => {
      io.to("room").emit("a");
      io.to("room").emit("b");
      io.to("room").emit("c");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    service.stores.calls.length = 0;
    await client.send('42["go"]');
    expect(service.stores.calls).toEqual(["load", "members"]);
  });

  test("several listeners of one event all run, and the first ack counts", async () => {
    const io = new Server();
    io.on("go", (_socket, ack) => ack("first")).on("go", (socket, ack) => {
      ack("second");
      socket.emit("both ran");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual(['431["first"]', '42["both ran"]']);
  });
});

describe("when one operation fails", () => {
  test("the later ones of that listener, its ack included, are not done, and it is logged once", async () => {
    const io = new Server();
    io.on("go", (socket, ack) => {
      socket.emit("before");
      socket.join("room");
      socket.join("another");
      socket.emit("after");
      ack("done");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    service.stores.joinFailure = new Error("DynamoDB is away");
    await client.send('421["go"]');
    expect(client.take()).toEqual(['42["before"]']);
    expect(service.errors()).toEqual(['listener of "go" failed to join']);
  });

  test("other listeners of the event go on", async () => {
    const io = new Server();
    io.on("go", (socket) => void socket.join("room"));
    io.on("go", (socket) => void socket.emit("second"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    service.stores.joinFailure = new Error("DynamoDB is away");
    await client.send('42["go"]');
    expect(client.take()).toEqual(['42["second"]']);
  });

  test("an awaited join rejects with what went wrong", async () => {
    const io = new Server();
    let caught: unknown;
    io.on("go", async (socket) => {
      caught = await socket.join("room").catch((error: unknown) => error);
    });
    const service = new CoreService(io);
    service.stores.maxRoomsPerSocket = 0;
    const client = await service.socketIo();
    await client.send('42["go"]');
    expect(String(caught)).toMatch(/is in as many rooms as it may be/);
    expect(service.refusals).toMatchObject([{ limit: "maxRoomsPerSocket", refused: 1 }]);
  });
});

describe("a listener that", () => {
  test("throws is logged once, and what it did before stands", async () => {
    const io = new Server();
    io.on("go", async (socket) => {
      await socket.join("room");
      throw new Error("a bug");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual([]);
    expect(service.errors()).toEqual(['listener of "go" failed to run']);
    expect(service.stores.socketRecords()[0]?.rooms).toHaveProperty("room");
  });

  test.each([["undefined"], ["null"]])("throws %s is logged, too", async (thrown) => {
    const io = new Server();
    io.on("go", () => {
      throw thrown === "null" ? null : undefined;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send('42["go"]');
    expect(service.errors()).toHaveLength(1);
  });

  test("never settles is logged after the listener's time, and refused from then on", async () => {
    const io = new Server();
    const barrier = new Barrier();
    const late = new Barrier();
    io.on("go", async (socket) => {
      socket.emit("in time");
      await barrier.passed;
      socket.emit("too late");
      late.open();
    });
    const service = new CoreService(io, { listenerTimeoutMs: 20 });
    const client = await service.socketIo();
    client.take();
    await client.send('42["go"]');
    expect(service.errors()).toEqual(['listener of "go" is still running']);
    barrier.open();
    await late.passed;
    expect(client.take()).toEqual(['42["in time"]']);
    expect(service.errors()[1]).toMatch(/^emit "too late" refused/);
  });

  test("goes on queueing after its time does not hold the packet up", async () => {
    const io = new Server();
    let calls = 0;
    let stopped = false;
    io.on("go", async (socket) => {
      while (!stopped) {
        calls += 1;
        await socket.join(`room ${calls % 50}`).catch(() => {});
        await new Promise(setImmediate);
      }
    });
    const service = new CoreService(io, { listenerTimeoutMs: 20 });
    const client = await service.socketIo();
    await client.send('42["go"]');
    const joined = service.stores.calls.filter((call) => call === "join").length;
    await new Promise(setImmediate);
    stopped = true;
    expect(service.errors()[0]).toBe('listener of "go" is still running');
    expect(service.stores.calls.filter((call) => call === "join")).toHaveLength(joined);
  });

  test("emits more than a message can hold fails, and nothing is sent", async () => {
    const io = new Server();
    io.on("go", (socket, ack) => {
      socket.emit("big", "x".repeat(140_000));
      ack("ok");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual([]);
    expect(String(service.log[0]?.details.error)).toMatch(/at most 131072 bytes/);
  });

  test("starts work and does not await it: its emit is refused with a log that names the event", async () => {
    const io = new Server();
    const barrier = new Barrier();
    const late = new Barrier();
    const results: unknown[] = [];
    io.on("go", (socket) => {
      barrier.passed.then(async () => {
        results.push(socket.emit("saved"), io.emit("saved too"));
        results.push(await socket.join("room").catch((error: unknown) => error));
        late.open();
      });
    });
    io.on("next", (socket) => socket.emit("answer"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('42["go"]');
    barrier.open();
    await late.passed;
    await client.send('42["next"]');
    expect(client.take()).toEqual(['42["answer"]']);
    expect(results).toEqual([false, false, expect.any(Error)]);
    expect(service.errors().map((line) => line.split(" refused")[0])).toEqual([
      'emit "saved"',
      'emit "saved too"',
      "join",
    ]);
  });
});

describe("socket.data", () => {
  test("is there for the next packet, key by key, before the client hears of it", async () => {
    const io = new Server<
      Record<string, (...args: never[]) => void>,
      never,
      { visits?: number; gone?: number }
    >();
    const order: string[] = [];
    io.on("set", (socket, ack) => {
      socket.data.visits = 1;
      socket.data.gone = 2;
      (ack as unknown as () => void)();
    });
    io.on("unset", (socket) => {
      delete socket.data.gone;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    const { post } = service.services.gateway;
    service.services.gateway.post = (recipient, frame) => {
      order.push(`post, ${service.stores.calls.filter((call) => call === "saveData").length} saved`);
      return post(recipient, frame);
    };
    await client.send('421["set"]');
    expect(order).toEqual(["post, 1 saved"]);
    await client.send('42["unset"]');
    expect(service.stores.socketRecords()[0]?.data).toEqual({ visits: 1 });
  });

  test("costs nothing when nothing changed", async () => {
    const io = new Server();
    io.on("look", (socket) => void socket.data.visits);
    const service = new CoreService(io);
    const client = await service.socketIo();
    service.stores.calls.length = 0;
    await client.send('42["look"]');
    expect(service.stores.calls).toEqual(["load"]);
  });

  test("over 16 KB fails the listener", async () => {
    const io = new Server();
    io.on("go", (socket, ack) => {
      socket.data.big = "x".repeat(17_000);
      ack("saved");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual([]);
    expect(service.errors()).toHaveLength(1);
  });
});

describe("what the app may not do", () => {
  const cases: [string, (socket: Socket, io: Server) => unknown][] = [
    ["join another's own room", (socket) => socket.join("@abcdefghijklmnopqrst")],
    ["join everyone's room", (socket) => socket.join("@all")],
    ["join a room without a name", (socket) => socket.join("")],
    ["join a room of 513 bytes", (socket) => socket.join("x".repeat(513))],
    ["join a number", (socket) => socket.join(7 as never)],
    ["use socket.on", (socket) => socket.on],
    ["emit to everyone as a room", (socket) => socket.to("@all").emit("x")],
    ["emit to a user as a room", (_socket, io) => io.in("@user:bob").emit("x")],
    ["emit to a share of everyone", (_socket, io) => io.to("@all#3").emit("x")],
    ["emit to such a room among others", (socket) => socket.to(["room", "@all"]).emit("x")],
    ["except everyone as a room", (socket) => socket.except("@all").emit("x")],
    ["except a user as a room", (_socket, io) => io.except("@user:bob").emit("x")],
    ["emit to a room of 513 bytes", (_socket, io) => io.to("x".repeat(513)).emit("x")],
  ];
  test.each(cases)("%s", async (_name, attempt) => {
    const io = new Server();
    io.on("go", (socket, ack) => {
      attempt(socket, io);
      ack();
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["go"]');
    expect(client.take()).toEqual([]);
    expect(service.errors()).toEqual(['listener of "go" failed to run']);
  });

  test("emit a reserved event", async () => {
    const io = new Server();
    io.on("go", (socket) => socket.emit("disconnect", "x"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('42["go"]');
    expect(client.take()).toEqual([]);
  });

  test("emit outside of a listener", () => {
    expect(() => new Server().emit("x")).toThrow(/outside of a listener/);
  });

  test("register once the module has loaded", async () => {
    const io = new Server();
    const service = new CoreService(io);
    await service.socketIo();
    expect(() => io.on("late", () => {})).toThrow(/after the app module has loaded/);
    expect(() => io.use((_socket, next) => next())).toThrow(/after the app module has loaded/);
    expect(() => io.of("/late")).toThrow(/after the app module has loaded/);
    expect(() => new CoreService({})).toThrow(/expected `export default io`/);
  });
});
