import { Server } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import { type Client, CoreService } from "../../support/core-service";

/** Events by name: `io.to(…)` and the like, each from a fresh listener. */
function app() {
  const io = new Server();
  io.use((socket, next) => {
    socket.userId = String(socket.handshake.auth.user);
    next();
  });
  io.on("join", (socket, room) => socket.join(room));
  io.on("everyone", () => io.emit("got"));
  io.on("others", (socket) => socket.broadcast.emit("got"));
  io.on("room", () => io.to("a").emit("got"));
  io.on("rooms", () => io.to("a").to(["b"]).emit("got"));
  io.on("nobody", () => io.to([]).emit("got"));
  io.on("but", () => io.except("b").emit("got"));
  io.on("room but", () => io.to("a").except(["b"]).emit("got"));
  io.on("my room", (socket) => socket.to("a").emit("got"));
  io.on("user", () => io.toUser("alice").emit("got"));
  io.of("/other").on("join", (socket, room) => socket.join(room));
  return io;
}

/** alice is in a, alice's second device in b, bob in a and b (plain JSON), carol in neither. */
async function four() {
  const service = new CoreService(app());
  const alice = await service.socketIo("/", { user: "alice" });
  const alice2 = await service.socketIo("/", { user: "alice" });
  const bob = await service.connection({ query: { token: "t" } });
  const carol = await service.socketIo("/", { user: "carol" });
  const clients = { alice, alice2, bob, carol };
  await alice.send('42["join","a"]');
  await alice2.send('42["join","b"]');
  await bob.send({ event: "join", data: "a" });
  await bob.send({ event: "join", data: "b" });
  for (const client of Object.values(clients)) client.take();
  return { service, clients };
}

function reached(clients: Record<string, Client>): string[] {
  return Object.entries(clients)
    .filter(([, client]) => client.take().some((frame) => frame.includes("got")))
    .map(([name]) => name);
}

describe("delivery", () => {
  test.each<[string, string[]]>([
    ["everyone", ["alice", "alice2", "bob", "carol"]],
    ["others", ["alice2", "bob", "carol"]],
    ["room", ["alice", "bob"]],
    ["rooms", ["alice", "alice2", "bob"]],
    ["nobody", []],
    ["but", ["alice", "carol"]],
    ["room but", ["alice"]],
    ["my room", ["bob"]],
    ["user", ["alice", "alice2"]],
  ])("%s reaches %p", async (event, expected) => {
    const { clients } = await four();
    await clients.alice.send(`42["${event}"]`);
    expect(reached(clients)).toEqual(expected);
  });

  test("only a plain JSON connection may be so young that a 410 is no farewell", async () => {
    const { service, clients } = await four();
    const newbornUntil = new Map<string, number | undefined>();
    service.services.gateway.post = async (recipient) => {
      newbornUntil.set(recipient.connectionId, recipient.newbornUntil);
      return "sent";
    };
    await push(service.services, { rooms: ["a"], event: "got" });
    const bobConnectedAt = service.stores.connectionRecords.get(clients.bob.connectionId)?.connectedAt ?? 0;
    const expected = [
      [clients.alice.connectionId, undefined],
      [clients.bob.connectionId, bobConnectedAt + 2_000],
    ] as const;
    expect(newbornUntil).toEqual(new Map<string, number | undefined>(expected));
  });

  test("a room of a namespace is not that of another", async () => {
    const { service, clients } = await four();
    const other = await service.socketIo("/other");
    await other.send('42/other,["join","a"]');
    other.take();
    await clients.alice.send('42["room"]');
    expect(other.take()).toEqual([]);
  });
});

describe("push", () => {
  test.each<[string, object, string[]]>([
    ["a room", { rooms: ["a"] }, ["alice", "bob"]],
    ["several rooms, each socket once", { rooms: ["a", "b"] }, ["alice", "alice2", "bob"]],
    ["a user, on all devices", { users: ["alice"] }, ["alice", "alice2"]],
    ["a room but another", { rooms: ["a"], exceptRooms: ["b"] }, ["alice"]],
    ["everyone", { everyone: true }, ["alice", "alice2", "bob", "carol"]],
    ["nobody, by an empty list", { rooms: [] }, []],
    ["nobody in a namespace of others", { namespace: "/other", everyone: true }, []],
  ])("reaches %s", async (_name, target, expected) => {
    const { service, clients } = await four();
    const result = await push(service.services, { ...target, event: "got", data: { a: 1 } });
    const sent = expected.length;
    expect(result).toEqual({ recipients: sent, sent, gone: 0, failed: 0, unknown: 0, pending: 0 });
    expect(reached(clients)).toEqual(expected);
  });

  test("reaches one socket", async () => {
    const { service, clients } = await four();
    const [sid] = service.stores.socketRecords().map((socket) => socket.sid);
    await push(service.services, { sockets: [sid], event: "got" });
    expect(reached(clients)).toEqual(["alice"]);
  });

  test("excepts a socket by its id", async () => {
    const { service, clients } = await four();
    const [sid] = service.stores.socketRecords().map((socket) => socket.sid);
    await push(service.services, { rooms: ["a"], exceptRooms: [sid], event: "got" });
    expect(reached(clients)).toEqual(["bob"]);
  });

  test("one connection that cannot be posted to does not keep the others from theirs", async () => {
    const { service, clients } = await four();
    const { post } = service.services.gateway;
    service.services.gateway.post = async (recipient, frame) => {
      if (recipient.connectionId === clients.alice.connectionId) throw new Error("the table is away");
      return post(recipient, frame);
    };
    const result = await push(service.services, { everyone: true, event: "got" });
    expect(result).toEqual({ recipients: 4, sent: 3, gone: 0, failed: 1, unknown: 0, pending: 0 });
    expect(reached(clients)).toEqual(["alice2", "bob", "carol"]);
  });

  test("what was delivered stays delivered when the gone cannot be handed over", async () => {
    const { service, clients } = await four();
    service.gone.add(clients.bob.connectionId);
    service.services.invoker.disconnect = () => Promise.reject(new Error("throttled"));
    const result = await push(service.services, { rooms: ["a"], event: "got" });
    expect(result).toEqual({ recipients: 2, sent: 1, gone: 1, failed: 0, unknown: 0, pending: 0 });
    expect(service.errors()).toEqual(["disconnect could not be invoked"]);
  });

  test("a list of events for few each is posted by the one who was asked, however long it is", async () => {
    const { service, clients } = await four();
    const events = Array.from({ length: 1_200 }, (_, data) => ({ users: ["carol"], event: "got", data }));
    const sent = { recipients: 1, sent: 1, gone: 0, failed: 0, unknown: 0, pending: 0 };
    expect(await push(service.services, events)).toEqual(events.map(() => sent));
    expect(clients.carol.take()).toEqual(events.map(({ data }) => `42["got",${data}]`));
    expect(service.queue).toEqual([]);
  });

  test("however many rooms it names, some are read at once", async () => {
    const { service } = await four();
    const { memberships } = service.services;
    const { members, present } = memberships;
    let reading = 0;
    let most = 0;
    const counted = async <T>(read: () => Promise<T>): Promise<T> => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise(setImmediate);
      reading -= 1;
      return read();
    };
    memberships.members = (...range) => counted(() => members.call(memberships, ...range));
    memberships.present = (...sids) => counted(() => present.call(memberships, ...sids));
    const names = Array.from({ length: 300 }, (_, index) => `name ${index}`);
    await push(service.services, { users: [...names, "carol"], event: "got" });
    expect(most).toBe(100);
    most = 0;
    await push(service.services, { users: ["carol"], exceptRooms: names, event: "got" });
    expect(most).toBe(100);
  });

  test("a list is answered in order, and each client gets it in order", async () => {
    const { service, clients } = await four();
    service.gone.add(clients.bob.connectionId);
    const result = await push(service.services, [
      { rooms: ["a"], event: "one", args: [1, 2] },
      { everyone: true, event: "two" },
    ]);
    expect(result).toEqual([
      { recipients: 2, sent: 1, gone: 1, failed: 0, unknown: 0, pending: 0 },
      { recipients: 4, sent: 3, gone: 1, failed: 0, unknown: 0, pending: 0 },
    ]);
    expect(clients.alice.take()).toEqual(['42["one",1,2]', '42["two"]']);
    expect(service.queue).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [{}, "push: expected one of event, join, leave, disconnect, got none of them"],
    [{ event: "x" }, "push: expected rooms, users, sockets or everyone, got none of them"],
    [{ event: "x", rooms: "a" }, 'rooms: expected an array of room names, got "a"'],
    [{ event: "x", rooms: ["a", 7] }, "rooms.1: expected a room name, got 7"],
    [{ event: "x", rooms: [""] }, "rooms.0: expected a room name of 1 to 512 bytes"],
    [{ event: "x", rooms: ["@all"] }, 'rooms.0: expected a room name that does not begin with "@"'],
    [
      { event: "x", rooms: ["a"], exceptRooms: ["@all"] },
      "exceptRooms.0: expected a room name or a socket id",
    ],
    [{ event: "x", sockets: ["abc"] }, "sockets.0: expected a socket id"],
    [{ event: "x", everyone: false }, "everyone: expected true, or no such key, got false"],
    [{ event: "x", everyone: true, rooms: ["a"] }, "everyone: expected no rooms, users or sockets beside it"],
    [{ event: "disconnect", rooms: ["a"] }, "event: expected a name that Socket.IO does not reserve"],
    [{ event: 7, rooms: ["a"] }, "event: expected a string, got 7"],
    [{ event: "x", rooms: ["a"], room: "b" }, "room: expected one of the keys namespace, rooms"],
    [{ event: "x", rooms: ["a"], data: 1, args: [1] }, "args: expected data or args, got both"],
    [{ event: "x", rooms: ["a"], namespace: "n" }, 'namespace: expected a name that begins with "/"'],
    [
      { event: "x", rooms: ["a"], data: "x".repeat(140_000) },
      "data: expected a message of at most 131072 bytes",
    ],
    ["x", "push: expected an object, got"],
    [null, "push: expected an object, got"],
    [
      [
        { event: "ok", rooms: ["a"] },
        { event: "x", rooms: [7] },
      ],
      "1.rooms.0: expected a room name, got 7",
    ],
  ])("%j is refused as a whole: %s", async (input, message) => {
    const { service, clients } = await four();
    await expect(push(service.services, input)).rejects.toThrow(message);
    expect(reached(clients)).toEqual([]);
    expect(clients.alice.take()).toEqual([]);
  });
});
