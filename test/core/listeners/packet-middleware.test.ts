import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

describe("usePacket", () => {
  test("[B7] runs in order before the listeners, for every event of its namespace", async () => {
    const io = new Server();
    const seen: unknown[] = [];
    io.usePacket((socket, packet, next) => {
      seen.push(["first", socket.id.length, ...packet.slice(0, 2)]);
      next();
    });
    io.usePacket(async (_socket, _packet, next) => {
      await Promise.resolve();
      seen.push("second");
      next();
    });
    io.on("go", (_socket, n) => seen.push(["listener", n]));
    io.of("/other").on("go", () => seen.push("other"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send('42["go",1]');
    await client.send('42["nobody listens",2]');
    const other = await service.socketIo("/other");
    await other.send('42/other,["go"]');
    expect(seen).toEqual([
      ["first", 21, "go", 1],
      "second",
      ["listener", 1],
      ["first", 21, "nobody listens", 2],
      "second",
      "other",
    ]);
  });

  function refusing() {
    const io = new Server();
    io.usePacket((_socket, [event], next) => {
      if (event === "throw") throw new Error("a bug, and nobody's business");
      next(event === "refuse" ? Object.assign(new Error("not you"), { data: { code: 7 } }) : undefined);
    });
    const fine = () => {
      throw new Error("expected not to be called");
    };
    io.on("refuse", fine).on("throw", fine);
    return new CoreService(io);
  }

  test("[B7] drops what it refuses: a Socket.IO client hears nothing, and it is logged", async () => {
    const service = refusing();
    const client = await service.socketIo();
    client.take();
    await client.send('421["refuse"]');
    expect(client.take()).toEqual([]);
    expect(service.cut).toEqual([]);
    expect(service.log.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "packet middleware refused: not you"],
    ]);
  });

  test("[B7] a plain JSON client is told why, but not what broke", async () => {
    const service = refusing();
    const client = await service.connection();
    client.take();
    await client.send({ event: "refuse", id: 1 });
    await client.send({ event: "throw", id: 2 });
    expect(client.takeJson()).toEqual([
      { error: { code: "unauthorized", message: "not you", data: { code: 7 } }, id: 1 },
      { error: { code: "listener_failed", message: 'event: "throw" failed' }, id: 2 },
    ]);
    expect(service.errors()).toEqual(["packet middleware failed"]);
  });

  test("that never calls next fails the event when the listeners' time is over", async () => {
    const io = new Server();
    io.usePacket(() => {}).on("go", () => {});
    const service = new CoreService(io, { listenerTimeoutMs: 10 });
    const client = await service.connection();
    client.take();
    await client.send({ event: "go" });
    expect(client.takeJson()).toMatchObject([{ error: { code: "listener_failed" } }]);
  });

  test("may change the packet, and answer it", async () => {
    const io = new Server();
    io.usePacket((socket, packet, next) => {
      const ack = packet.at(-1);
      if (packet[0] === "mine" && typeof ack === "function") ack("answered");
      packet[0] = "renamed";
      packet.splice(1, 1, "changed");
      socket.emit("seen");
      next();
    });
    io.on("renamed", (socket, ...args) => {
      socket.emit("got", ...args.slice(0, 1));
      args.at(-1)("from the listener");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["mine",1]');
    expect(client.take()).toEqual(['431["answered"]', '42["seen"]', '42["got","changed"]']);
    await client.send('422["yours",1]');
    expect(client.take()).toEqual(['42["seen"]', '42["got","changed"]', '432["from the listener"]']);
  });

  test("cannot make a packet a lifecycle event", async () => {
    const io = new Server();
    let disconnects = 0;
    io.usePacket((_socket, packet, next) => {
      packet[0] = "disconnect";
      next();
    });
    io.on("disconnect", () => {
      disconnects += 1;
    });
    const client = await new CoreService(io).socketIo();
    await client.send('42["go"]');
    expect(disconnects).toBe(0);
  });

  test("keeps what it counts in socket.data, also of packets that it refuses", async () => {
    const io = new Server();
    io.usePacket((socket, _packet, next) => {
      socket.data.count = (socket.data.count ?? 0) + 1;
      next(socket.data.count > 1 ? new Error("too many") : undefined);
    });
    io.on("go", (socket) => socket.emit("count", socket.data.count));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('42["go"]');
    await client.send('42["go"]');
    expect(client.take()).toEqual(['42["count",1]']);
    expect(service.stores.socketRecords()[0]?.data).toEqual({ count: 2 });
  });
});

describe("onAny", () => {
  test("gets every event that passes, by name, before its listeners", async () => {
    const io = new Server();
    const seen: unknown[] = [];
    io.usePacket((_socket, [event], next) => next(event === "no" ? new Error("no") : undefined));
    io.on("go", (_socket, n) => seen.push(["on", n]));
    io.onAny((socket, event, ...args) => seen.push([socket.connected, event, ...args]));
    const client = await new CoreService(io).socketIo();
    await client.send('42["go",1]');
    await client.send('42["other"]');
    await client.send('42["no"]');
    expect(seen).toEqual([
      [true, "go", 1],
      ["on", 1],
      [true, "other"],
    ]);
  });

  test("can answer, and makes no event unknown", async () => {
    const io = new Server();
    io.onAny((_socket, event, ack) => (event === "go" ? ack?.("any") : undefined));
    const service = new CoreService(io);
    const client = await service.connection();
    client.take();
    await client.send({ event: "go", id: 1 });
    await client.send({ event: "other", id: 2 });
    expect(client.takeJson()).toEqual([{ ack: 1, data: "any" }, { ack: 2 }]);
  });

  test("sees no lifecycle events", async () => {
    const io = new Server();
    const seen: string[] = [];
    io.onAny((_socket, event) => seen.push(event));
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.drop();
    expect(seen).toEqual([]);
  });
});
