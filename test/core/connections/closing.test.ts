import { Server } from "../../../lambdas/core";
import { disconnect, disconnectOrQueue } from "../../../lambdas/core/connections/closing";
import { EVERY_SID } from "../../../lambdas/core/delivery/sid-range";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { CoreService } from "../../support/core-service";

function watched() {
  const io = new Server();
  const heard: string[] = [];
  for (const nsp of [io, io.of("/other")]) {
    nsp.on("connection", (socket) => socket.join("room"));
    nsp.on("disconnecting", (socket, reason) => {
      heard.push(`${nsp.name} disconnecting ${reason} ${socket.rooms.has("room")} ${socket.connected}`);
      socket.to("room").emit("left");
    });
    nsp.on("disconnect", (socket, reason) =>
      heard.push(`${nsp.name} disconnect ${reason} ${socket.rooms.size}`),
    );
  }
  return { io, heard };
}

describe("disconnect", () => {
  test("runs the listeners of every namespace once, and removes every trace", async () => {
    const { io, heard } = watched();
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send("40/other");
    await client.drop();
    await client.drop();
    expect(heard.sort()).toEqual([
      "/ disconnect transport close 0",
      "/ disconnecting transport close true false",
      "/other disconnect transport close 0",
      "/other disconnecting transport close true false",
    ]);
    expect(service.stores.isEmpty()).toBe(true);
    expect(service.cut).toEqual([]);
  });

  test("tells the others of the room, not the one that left", async () => {
    const { io } = watched();
    const service = new CoreService(io);
    const [leaving, staying] = [await service.socketIo(), await service.socketIo()];
    leaving.take();
    staying.take();
    await leaving.drop();
    expect(staying.take()).toEqual(['42["left"]']);
    expect(leaving.take()).toEqual([]);
  });

  test.each([0, 120_000])(
    "of many at once: nobody is told by `disconnect` of the others that left (recovery %i)",
    async (recoveryWindowMs) => {
      const io = new Server();
      io.on("connection", (socket) => socket.join("room"));
      io.on("disconnect", (socket) => io.to("room").emit("left", socket.id));
      const service = new CoreService(io, { recoveryWindowMs });
      const staying = await service.socketIo();
      const leaving = await Promise.all(Array.from({ length: 20 }, () => service.socketIo()));
      for (const { connectionId } of leaving) service.gone.add(connectionId);
      const posted: string[] = [];
      const { post } = service.services.gateway;
      service.services.gateway.post = async (recipient, frame) => {
        posted.push(recipient.connectionId);
        return post(recipient, frame);
      };
      await Promise.all(leaving.map((client) => client.drop()));
      expect(posted).toEqual(leaving.map(() => staying.connectionId));
    },
  );

  test("follows from a 410: whoever posts hands the connection over, and it is cut", async () => {
    const { io, heard } = watched();
    io.on("shout", (socket) => socket.broadcast.emit("shouted"));
    const service = new CoreService(io);
    const [gone, alive] = [await service.socketIo(), await service.socketIo()];
    service.gone.add(gone.connectionId);
    await alive.send('42["shout"]');
    expect(heard).toEqual([]);
    await service.settle();
    expect(heard).toHaveLength(2);
    expect(service.cut).toEqual([gone.connectionId]);
    expect([...service.stores.connectionRecords.keys()]).toEqual([alive.connectionId]);
  });

  test("keeps the reason of the first who decided, whoever comes to clean up", async () => {
    const { io, heard } = watched();
    io.on("bye", (socket) => socket.disconnect(true));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('42["bye"]');
    expect(client.take()).toEqual(["41"]);
    await client.drop();
    await service.settle();
    expect(heard[0]).toContain("server namespace disconnect");
    expect(heard).toHaveLength(2);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("one connection that cannot be cleaned up does not keep the others", async () => {
    const io = new Server();
    const service = new CoreService(io);
    const [one, two] = [await service.socketIo(), await service.socketIo()];
    const { close } = service.services.gateway;
    service.services.gateway.close = async (connectionId) => {
      if (connectionId === one.connectionId) throw new Error("forbidden");
      return close(connectionId);
    };
    const connections = [one, two].map(({ connectionId }) => ({ connectionId }));
    const event = { version: 1, connections, reason: "transport close", cut: true } as const;
    await expect(disconnect(service.services, event)).rejects.toThrow("forbidden");
    expect([...service.stores.connectionRecords.keys()]).toEqual([one.connectionId]);
    await disconnectOrQueue(service.services, { ...event, cut: true });
    expect(service.queue).toHaveLength(1);
  });

  test("is not for sockets of which no connection listener has heard", async () => {
    const { io, heard } = watched();
    const service = new CoreService(io);
    const client = await service.socketIo();
    const { claim } = service.services.sockets;
    service.services.sockets.claim = async (...claiming) => {
      const claimed = await claim(...claiming);
      return claimed && { ...claimed, isNew: true };
    };
    await client.drop();
    expect(heard).toEqual([]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("a socket that somebody else removes meanwhile does not keep the connection", async () => {
    const { io, heard } = watched();
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send("40/other");
    const { claim, remove } = service.services.sockets;
    service.services.sockets.claim = async (socket, reason) => {
      if (socket.namespace === "/") return claim(socket, reason);
      // As its CONNECT does that finds the connection closed, or another closer.
      await remove(socket);
      return undefined;
    };
    await client.drop();
    expect(heard).toHaveLength(2);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("a listener that throws does not keep the traces", async () => {
    const io = new Server();
    io.on("disconnect", () => {
      throw new Error("a bug");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.drop();
    expect(service.errors()).toHaveLength(1);
    expect(service.stores.isEmpty()).toBe(true);
  });
});

describe("a disconnect that dies in a `disconnect` listener", () => {
  // The listener has a deadline, which would keep the process.
  beforeEach(() => jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] }));
  afterEach(() => jest.useRealTimers());

  test("is done again, rooms and all, and leaves no trace", async () => {
    const { io, heard } = watched();
    let isDying = true;
    io.on("disconnect", () => (isDying ? new Promise(() => {}) : undefined));
    const service = new CoreService(io);
    const client = await service.socketIo();
    void client.drop();
    await service.settle();
    await new Promise(setImmediate);
    expect((await service.services.memberships.members("/", "room", EVERY_SID)).members).toEqual([]);
    isDying = false;
    service.now += 61_000;
    await heartbeat({ ...service.services, runs: service.stores.runs });
    await service.settle();
    const once = ["/ disconnecting transport close true false", "/ disconnect transport close 0"];
    expect(heard).toEqual([...once, ...once]);
    expect(service.stores.isEmpty()).toBe(true);
  });
});

/** A client whose `$connect` stores it, and has `open` connect it, long before API Gateway lets it in. */
async function unborn() {
  const { io, heard } = watched();
  const service = new CoreService(io);
  const connectionId: string = "young=";
  service.gone.add(connectionId);
  await service.upgrade({ connectionId });
  const { post } = service.services.gateway;
  /** The greeting is tried until the client is there; `meanwhile` happens before it is. */
  const open = (meanwhile: () => Promise<void>) => {
    service.services.gateway.post = async (recipient, frame) => {
      if (recipient.newbornUntil && service.gone.has(connectionId)) {
        await meanwhile();
        service.gone.delete(connectionId);
      }
      return post(recipient, frame);
    };
    return service.settle();
  };
  const close = (cut: boolean) =>
    disconnect(service.services, {
      version: 1,
      connections: [{ connectionId }],
      reason: "transport close",
      cut,
    });
  return { service, heard, connectionId, open, closeIt: () => close(true), endIt: () => close(false) };
}

describe("a connection that is taken for gone while its $connect still runs", () => {
  test("is cut once it is open, not left without a trace", async () => {
    const { service, heard, connectionId, open, closeIt, endIt } = await unborn();
    await open(closeIt);
    expect(service.cut).toEqual([connectionId, connectionId]);
    expect(service.stores.isEmpty()).toBe(false);
    await endIt();
    expect(heard).toHaveLength(2);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("is cut before it has a socket", async () => {
    const { service, heard, connectionId, open, closeIt } = await unborn();
    await closeIt();
    await open(async () => {});
    expect(service.cut).toEqual([connectionId, connectionId]);
    expect(heard).toEqual([]);
  });

  test("is come back for, should nobody else close it", async () => {
    const { service, heard, connectionId, open, closeIt } = await unborn();
    service.services.liveness.greet = async () => true;
    await open(closeIt);
    expect(heard).toEqual([]);
    service.now += 60_000;
    await heartbeat({ ...service.services, runs: service.stores.runs });
    await service.settle();
    expect(service.cut).toEqual([connectionId, connectionId]);
    expect(heard).toHaveLength(2);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("is believed to be gone when it has been heard from", async () => {
    const { io, heard } = watched();
    const service = new CoreService(io);
    const { connectionId } = await service.socketIo();
    service.gone.add(connectionId);
    const connections = [{ connectionId }];
    await disconnect(service.services, { version: 1, connections, reason: "transport close", cut: true });
    expect(heard).toHaveLength(2);
    expect(service.stores.isEmpty()).toBe(true);
  });
});
