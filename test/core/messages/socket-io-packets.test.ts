import { Server } from "../../../lambdas/core";
import { Barrier } from "../../support/barrier";
import { CoreService } from "../../support/core-service";

const SID = /^40\{"sid":"(@[\w-]{20})"\}$/;

function sidOf(frames: string[]): string {
  return SID.exec(frames[0] ?? "")?.[1] ?? "no sid";
}

describe("a Socket.IO connection", () => {
  test("is greeted with an open packet of the five keys before it says anything", async () => {
    const service = new CoreService(new Server());
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    const [open, ...more] = client.take();
    expect(more).toEqual([]);
    expect(JSON.parse(open?.slice(1) ?? "")).toEqual({
      sid: expect.any(String),
      upgrades: [],
      pingInterval: 480_000,
      pingTimeout: 120_000,
      maxPayload: 32_768,
    });
  });

  test("an open event that is older than 20 s greets nobody", async () => {
    const service = new CoreService(new Server());
    await service.upgrade({ connectionId: "c=", query: { EIO: "4", transport: "websocket" } });
    service.now += 20_001;
    await service.settle();
    expect(service.posted.size).toBe(0);
  });

  test.each(["4abc", "42{}", "x", "", '42["a"]', "41x", '430["a"]', '42/other,["a"]', "bAAEC"])(
    "is closed by %p as its first packet, and the log says why",
    async (frame) => {
      const service = new CoreService(new Server());
      const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
      await client.send(frame);
      expect(service.cut).toEqual([client.connectionId]);
      expect(service.log).toEqual([expect.objectContaining({ level: "warn" })]);
      await service.settle();
      expect(service.stores.isEmpty()).toBe(true);
    },
  );

  test.each(["3", "6"])("is left open by %p", async (frame) => {
    const service = new CoreService(new Server());
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    await client.send(frame);
    expect(service.cut).toEqual([]);
  });

  test("connects to / and to another namespace on the same connection", async () => {
    const io = new Server();
    io.of("/admin").on("connection", (socket) => socket.emit("welcome"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    expect(client.take()).toEqual([expect.stringMatching(SID)]);
    await client.send("40/admin");
    expect(client.take()).toEqual([
      expect.stringMatching(/^40\/admin,\{"sid":"@[\w-]{20}"\}$/),
      '42/admin,["welcome"]',
    ]);
  });

  test("a refusal that cannot be posted closes the connection: the client would wait without end", async () => {
    const service = new CoreService(new Server());
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    Object.assign(service.services.gateway, { post: async () => "unknown" });
    await client.send("40/nowhere");
    const connections = [{ connectionId: client.connectionId }];
    expect(service.queue).toMatchObject([{ kind: "disconnect", event: { connections, cut: true } }]);
  });

  test("an unknown namespace is a connect error, and the connection stays", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo("/nowhere");
    expect(client.take()).toEqual(['44/nowhere,{"message":"Invalid namespace"}']);
    expect(service.cut).toEqual([]);
  });

  test("a second CONNECT to the same namespace closes it, after waiting for an older 41", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo();
    const send = client.send("40");
    const waiting = setInterval(() => {
      service.now += 100;
    }, 1);
    await send;
    clearInterval(waiting);
    expect(service.cut).toEqual([client.connectionId]);
  });

  test("41 and 40 that arrive together and are handled in the wrong order connect again", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo();
    const first = sidOf(client.take());
    const arrivedAt = service.now + 1;
    const connecting = client.send("40", arrivedAt + 1);
    await client.send("41", arrivedAt);
    await service.settle();
    await connecting;
    const second = sidOf(client.take());
    expect(second).toMatch(/^@/);
    expect(second).not.toBe(first);
    expect(service.cut).toEqual([]);
    expect(service.stores.socketRecords().map((socket) => socket.sid)).toEqual([second]);
  });

  test("a 41 that is older than the socket is ignored", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo();
    const sid = sidOf(client.take());
    await client.send("41", service.now - 1000);
    await service.settle();
    expect(service.stores.socketRecords().map((socket) => socket.sid)).toEqual([sid]);
  });

  test("leaves one namespace with 41 and keeps the connection", async () => {
    const io = new Server();
    const reasons: string[] = [];
    io.on("disconnect", (_socket, reason) => reasons.push(reason));
    io.of("/other");
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send("40/other");
    await client.send("41");
    await service.settle();
    expect(reasons).toEqual(["client namespace disconnect"]);
    expect(service.stores.socketRecords().map(({ namespace }) => namespace)).toEqual(["/other"]);
    expect(service.cut).toEqual([]);
  });

  test("an event that was on its way when its namespace was left is dropped, and / goes on", async () => {
    const io = new Server();
    let runs = 0;
    io.of("/admin").on("late", () => {
      runs += 1;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    await client.send("40/admin");
    await client.send("41/admin");
    await service.settle();
    await client.send('42/admin,["late"]');
    expect(runs).toBe(0);
    expect(service.cut).toEqual([]);
    await client.send('42/nowhere,["late"]');
    expect(service.cut).toEqual([client.connectionId]);
  });

  test("an event that nothing listens to is passed over", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo();
    client.take();
    await client.send('421["nobody",1]');
    expect(client.take()).toEqual([]);
    expect(service.cut).toEqual([]);
  });

  test.each(['42["connection"]', '42["disconnect","x"]', '42["disconnecting"]', "42[7]", '42["connect"]'])(
    "a lifecycle or nameless event (%s) closes it and runs nothing",
    async (frame) => {
      const io = new Server();
      let runs = 0;
      for (const event of ["connection", "disconnect", "disconnecting"] as const) io.on(event, () => runs++);
      const service = new CoreService(io);
      const client = await service.socketIo();
      expect(runs).toBe(1);
      await client.send(frame);
      expect(runs).toBe(1);
      expect(service.cut).toEqual([client.connectionId]);
    },
  );

  test.each(["__proto__", "constructor", "toString", "7"])(
    "%s is an event name like any other",
    async (name) => {
      const io = new Server();
      io.on(name, (socket, value) => socket.emit("heard", name, value));
      const service = new CoreService(io);
      const client = await service.socketIo();
      client.take();
      await client.send(`42${JSON.stringify([name, 1])}`);
      expect(client.take()).toEqual([`42${JSON.stringify(["heard", name, 1])}`]);
    },
  );

  test("gets the ack that it asked for, once", async () => {
    const io = new Server();
    io.on("sum", (_socket, a, b, ack) => {
      ack(a + b);
      ack("again");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('4217["sum",1,2]');
    expect(client.take()).toEqual(["4317[3]"]);
  });

  test("gets an ack of 128 KB; with a larger one the listener fails, and it gets none", async () => {
    const io = new Server();
    // `431["…"]` is the frame.
    io.on("history", (_socket, length, ack) => ack("x".repeat(128 * 1024 - 7 + length)));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await client.send('421["history",0]');
    expect(client.take().map((frame) => frame.length)).toEqual([128 * 1024]);
    await client.send('421["history",1]');
    expect(client.take()).toEqual([]);
    expect(service.errors()).toEqual(['listener of "history" failed to run']);
    expect(service.log[0]?.details.error).toEqual(
      new RangeError("data: expected a message of at most 131072 bytes, got 131073"),
    );
  });

  test("packets of a connection that closed meanwhile are dropped without an answer", async () => {
    const io = new Server();
    const barrier = new Barrier();
    let runs = 0;
    io.on("slow", async () => {
      runs += 1;
      await barrier.passed;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    const first = client.send('421["slow"]');
    await client.drop();
    await client.send('422["slow"]');
    barrier.open();
    await first;
    expect(runs).toBe(1);
    expect(service.cut).toEqual([]);
    expect(service.stores.isEmpty()).toBe(true);
  });
});
