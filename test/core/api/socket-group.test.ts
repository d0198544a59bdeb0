import { type RemoteSocket, Server } from "../../../lambdas/core";
import { type Client, CoreService } from "../../support/core-service";

type Listener = Parameters<Server["onAny"]>[0];

/** Three sockets in "room", the first of which runs `go`; a fourth outside. */
async function group(go: (io: Server, ...args: Parameters<Listener>) => unknown) {
  const io = new Server();
  io.use((socket, next) => {
    socket.userId = String(socket.handshake.auth.user ?? "nobody");
    next();
  });
  io.on("connection", (socket) => {
    if (socket.userId !== "outside") socket.join("room");
    socket.data.user = socket.userId;
  });
  const left: unknown[] = [];
  io.on("disconnect", (socket, reason) => left.push([socket.data.user, reason]));
  io.on("go", (socket, ...args) => go(io, socket, "go", ...args));
  io.on("fill", (socket) => socket.join("another"));
  const service = new CoreService(io);
  const ada = await service.socketIo("/", { user: "ada" });
  const bob = await service.socketIo("/", { user: "bob" });
  const json = await service.connection({ query: { token: "t" } });
  const outside = await service.socketIo("/", { user: "outside" });
  const clients = { ada, bob, json, outside };
  for (const client of Object.values(clients)) client.take();
  return { service, clients, left };
}

/** Of the sockets that are still there, by user. */
function roomsOf(service: CoreService): Record<string, string[]> {
  const records = service.stores.socketRecords();
  return Object.fromEntries(records.map((record) => [record.userId, Object.keys(record.rooms).sort()]));
}

const go = (client: Client) => client.send('42["go"]');

describe("socketsJoin and socketsLeave", () => {
  test("act on every socket of the target, of both protocols", async () => {
    const { service, clients } = await group(async (io) => {
      const [bob] = await io.toUser("bob").fetchSockets();
      await io
        .in("room")
        .except(bob?.id ?? "")
        .socketsJoin(["a", "b"]);
    });
    await go(clients.outside);
    expect(roomsOf(service)).toEqual({
      ada: ["a", "b", "room"],
      bob: ["room"],
      nobody: ["a", "b", "room"],
      outside: [],
    });
  });

  test("are done in the order of the calls, awaited or not", async () => {
    const { clients } = await group((io) => {
      io.socketsJoin("a");
      io.to("a").emit("in");
      io.in("room").socketsLeave("a");
      io.to("a").emit("out");
    });
    await go(clients.ada);
    expect(clients.ada.take()).toEqual(['42["in"]']);
    expect(clients.json.takeJson()).toEqual([{ event: "in" }]);
    expect(clients.outside.take()).toEqual(['42["in"]', '42["out"]']);
  });

  test("show in the rooms of the socket whose packet it is", async () => {
    const seen: boolean[] = [];
    const { clients } = await group(async (io, socket) => {
      await io.socketsJoin("a");
      seen.push(socket.rooms.has("a"));
      await io.socketsLeave("a");
      seen.push(socket.rooms.has("a"));
    });
    await go(clients.ada);
    expect(seen).toEqual([true, false]);
  });

  test("lose against a leave that arrived later", async () => {
    const { service, clients } = await group((io, _socket, _event, isLeaving) =>
      isLeaving ? io.socketsLeave("a") : io.socketsJoin("a"),
    );
    await clients.ada.send('42["go",true]', service.now + 10);
    await clients.ada.send('42["go"]', service.now + 5);
    expect(roomsOf(service).bob).toEqual(["room"]);
  });

  test("pass by a socket that closed meanwhile", async () => {
    const { service, clients } = await group((io) => io.socketsJoin("a"));
    await service.stores.connections.close(clients.bob.connectionId, "transport close");
    await go(clients.ada);
    expect(roomsOf(service)).toMatchObject({ ada: ["a", "room"], bob: ["room"] });
    expect(service.errors()).toEqual([]);
  });

  test("reach a user whose id begins with what names of rooms may not begin with", async () => {
    const { service } = await group((io) => io.toUser("@eve").socketsJoin("a"));
    const eve = await service.socketIo("/", { user: "@eve" });
    await go(eve);
    expect(roomsOf(service)).toMatchObject({ "@eve": ["a", "room"], ada: ["room"] });
  });

  test("fail the listener when a socket is in too many rooms", async () => {
    const { service, clients } = await group((io) => {
      io.socketsJoin("a");
      io.emit("never");
    });
    service.stores.maxRoomsPerSocket = 1;
    await go(clients.ada);
    expect(service.errors()).toEqual(['listener of "go" failed to join sockets']);
    expect(clients.bob.take()).toEqual([]);
  });

  test("act on all the others when some are in too many rooms, and then fail the listener", async () => {
    const { service, clients } = await group((io) => io.in("room").socketsJoin("a"));
    for (let more = 0; more < 200; more++) {
      const client = await service.socketIo();
      if (more % 3 === 0) await client.send('42["fill"]');
    }
    service.stores.maxRoomsPerSocket = 2;
    await go(clients.ada);
    const page = await service.services.memberships.members("/", "a", { after: "@", upTo: "A" });
    expect(page.members).toHaveLength(203 - 67);
    expect(service.errors()).toEqual(['listener of "go" failed to join sockets']);
  });

  test("refuse rooms that nobody may join", async () => {
    const { service, clients } = await group((io) => io.socketsJoin("@all"));
    await go(clients.ada);
    expect(service.errors()).toEqual(['listener of "go" failed to run']);
  });
});

describe("disconnectSockets", () => {
  test("awaited in connection it resolves when it is done, and follows what was emitted before it", async () => {
    const io = new Server();
    const seen: unknown[] = [];
    io.on("connection", async (socket) => {
      if (!socket.handshake.auth.isLast) return;
      socket.broadcast.emit("bye");
      await socket.broadcast.disconnectSockets();
      seen.push((await io.fetchSockets()).map(({ id }) => id === socket.id));
    });
    const service = new CoreService(io);
    const earlier = await service.socketIo();
    earlier.take();
    const last = await service.socketIo("/", { isLast: true });
    expect(seen).toEqual([[true]]);
    expect(earlier.take()).toEqual(['42["bye"]', "41"]);
    expect(last.take()).toEqual([expect.stringMatching(/^40/)]);
  });

  test("disconnects as socket.disconnect does, and runs the listeners", async () => {
    const { service, clients, left } = await group((io) => io.in("room").disconnectSockets());
    await go(clients.outside);
    await service.settle();
    expect(clients.ada.take()).toEqual(["41"]);
    expect(clients.json.takeJson()).toEqual([
      { disconnect: { reason: "server namespace disconnect", reconnect: false } },
    ]);
    // A plain JSON WebSocket is its socket.
    expect(service.cut).toEqual([clients.json.connectionId]);
    expect(left.map(String).sort()).toEqual(
      ["ada", "bob", "nobody"].map((user) => `${user},server namespace disconnect`),
    );
    expect(Object.keys(roomsOf(service))).toEqual(["outside"]);
  });

  test("with true closes the connections", async () => {
    const { service, clients } = await group((io) => io.toUser(["ada", "bob"]).disconnectSockets(true));
    await go(clients.outside);
    expect(service.cut.sort()).toEqual([clients.ada.connectionId, clients.bob.connectionId]);
  });

  test("of the socket's own in connection comes after its connect", async () => {
    const io = new Server();
    io.on("connection", (socket) => {
      io.disconnectSockets();
      socket.emit("gone already");
    });
    const client = await new CoreService(io).socketIo();
    expect(client.take().map((frame) => frame.slice(0, 2))).toEqual(["40", "41", "42"]);
  });
});

describe("fetchSockets", () => {
  test("answers the sockets with what is known of them", async () => {
    const found: RemoteSocket<object>[] = [];
    const { clients } = await group(async (io) => found.push(...(await io.in("room").fetchSockets())));
    await go(clients.outside);
    const known = found.map(({ userId, data, rooms, id, handshake }) => [
      userId,
      data,
      rooms.has(id) && rooms.has("room"),
      handshake.address,
      handshake.auth,
    ]);
    expect(known.sort()).toEqual([
      ["ada", { user: "ada" }, true, "192.0.2.1", {}],
      ["bob", { user: "bob" }, true, "192.0.2.1", {}],
      ["nobody", { user: "nobody" }, true, "192.0.2.1", {}],
    ]);
  });

  test("sees the joins that were called before it", async () => {
    const counts: number[] = [];
    const { clients } = await group(async (io, socket) => {
      socket.join("fresh");
      counts.push((await io.in("fresh").fetchSockets()).length);
    });
    await go(clients.ada);
    expect(counts).toEqual([1]);
  });

  test("answers sockets that can be sent to, asked, moved and disconnected", async () => {
    const answers: unknown[] = [];
    const { service, clients } = await group(async (io) => {
      const [bob] = await io.toUser("bob").fetchSockets();
      bob?.emit("hello");
      bob?.join(["a", "b"]);
      bob?.leave("a");
      answers.push(await bob?.timeout(1000).emitWithAck("q"));
      bob?.disconnect();
    });
    const done = go(clients.ada);
    await service.untilPosted(clients.bob.connectionId, 2);
    const [hello, question = ""] = clients.bob.take();
    expect(hello).toBe('42["hello"]');
    await clients.bob.send(`43${/\d+/.exec(question.slice(2))?.[0]}["yes"]`);
    await done;
    expect(answers).toEqual(["yes"]);
    expect(roomsOf(service).bob).toEqual(["b", "room"]);
    expect(clients.bob.take()).toEqual(["41"]);
  });

  test("outside of a listener says what to do instead", () => {
    expect(() => new Server().fetchSockets()).toThrow(/fetchSockets outside of a listener/);
  });
});

describe("socket", () => {
  test("sends messages", async () => {
    const { clients } = await group((io, socket) => {
      socket.send("one", 1).write("two");
      io.send("three").write();
    });
    await go(clients.ada);
    expect(clients.ada.take()).toEqual([
      '42["message","one",1]',
      '42["message","two"]',
      '42["message","three"]',
      '42["message"]',
    ]);
  });

  test("has volatile, and was never recovered", async () => {
    const { clients } = await group((io, socket) => {
      socket.volatile.emit("a", socket.recovered);
      io.volatile.to("room").volatile.emit("b");
      socket.broadcast.volatile.emit("c");
    });
    await go(clients.ada);
    expect(clients.ada.take()).toEqual(['42["a",false]', '42["b"]']);
    expect(clients.bob.take()).toEqual(['42["b"]', '42["c"]']);
  });
});
