import { Server } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import { CoreService } from "../../support/core-service";

/** alice on two devices and bob (plain JSON), all in "a"; carol in no room. */
async function four() {
  const io = new Server();
  io.use((socket, next) => {
    socket.userId = String(socket.handshake.auth.user ?? "bob");
    next();
  });
  const left: unknown[] = [];
  io.on("connection", (socket) => {
    if (socket.userId !== "carol") socket.join("a");
  });
  io.on("disconnect", (socket, reason) => left.push([socket.userId, reason]));
  const service = new CoreService(io);
  const alice = await service.socketIo("/", { user: "alice" });
  const alice2 = await service.socketIo("/", { user: "alice" });
  const bob = await service.connection({ query: { token: "t" } });
  const carol = await service.socketIo("/", { user: "carol" });
  const clients = { alice, alice2, bob, carol };
  for (const client of Object.values(clients)) client.take();
  // Each a moment after the one before: of two in one millisecond neither is the later.
  const pushLater = (input: unknown) => {
    service.tick();
    return push(service.services, input);
  };
  return { service, clients, left, push: pushLater };
}

/** Of each open socket, in the order of their connecting. */
function rooms(service: CoreService): [user: string | undefined, rooms: string[]][] {
  return service.stores
    .socketRecords()
    .map((record) => [record.userId, Object.keys(record.rooms).sort()] as [string | undefined, string[]]);
}

describe("join and leave", () => {
  test("act on every socket of the target and count them", async () => {
    const { service, push } = await four();
    expect(await push({ users: ["alice"], join: ["b", "c"] })).toEqual({
      sockets: 2,
      done: 2,
      gone: 0,
      failed: 0,
    });
    expect(await push({ rooms: ["b"], leave: ["a", "b"] })).toMatchObject({ sockets: 2, done: 2 });
    expect(rooms(service)).toEqual([
      ["alice", ["c"]],
      ["alice", ["c"]],
      ["bob", ["a"]],
      ["carol", []],
    ]);
  });

  test("leave out the excepted rooms", async () => {
    const { service, push } = await four();
    await push({ everyone: true, exceptRooms: ["a"], join: ["b"] });
    expect(rooms(service).filter(([, names]) => names.includes("b"))).toEqual([["carol", ["b"]]]);
  });

  test("hold for the events behind them in a list", async () => {
    const { clients, push } = await four();
    const answers = await push([
      { users: ["carol"], join: ["b"] },
      { rooms: ["b"], event: "in" },
      { rooms: ["b"], event: "still in" },
      { users: ["carol"], leave: ["b"] },
      { rooms: ["b"], event: "out" },
    ]);
    expect(clients.carol.take()).toEqual(['42["in"]', '42["still in"]']);
    expect(answers).toEqual([
      { sockets: 1, done: 1, gone: 0, failed: 0 },
      { recipients: 1, sent: 1, gone: 0, failed: 0, unknown: 0, pending: 0 },
      { recipients: 1, sent: 1, gone: 0, failed: 0, unknown: 0, pending: 0 },
      { sockets: 1, done: 1, gone: 0, failed: 0 },
      { recipients: 0, sent: 0, gone: 0, failed: 0, unknown: 0, pending: 0 },
    ]);
  });

  test("count a socket that has closed as gone", async () => {
    const { service, clients, push } = await four();
    await service.stores.connections.close(clients.alice.connectionId, "transport close");
    expect(await push({ users: ["alice"], join: ["b"] })).toEqual({
      sockets: 2,
      done: 1,
      gone: 1,
      failed: 0,
    });
  });

  test("count a socket that is in as many rooms as it may be as failed", async () => {
    const { service, push } = await four();
    service.stores.maxRoomsPerSocket = 1;
    expect(await push({ everyone: true, join: ["b"] })).toEqual({ sockets: 4, done: 1, gone: 0, failed: 3 });
  });
});

describe("disconnect", () => {
  test("tells the clients, runs the listeners and keeps other connections", async () => {
    const { service, clients, left, push } = await four();
    expect(await push({ users: ["alice"], disconnect: true })).toMatchObject({ sockets: 2, done: 2 });
    await service.settle();
    expect(clients.alice.take()).toEqual(["41"]);
    expect(service.cut).toEqual([]);
    expect(left).toEqual(Array(2).fill(["alice", "server namespace disconnect"]));
    expect(rooms(service).map(([user]) => user)).toEqual(["bob", "carol"]);
  });

  test('with "close" closes the connections', async () => {
    const { service, clients, push } = await four();
    await push({ users: ["alice"], disconnect: "close" });
    expect(service.cut.sort()).toEqual([clients.alice.connectionId, clients.alice2.connectionId].sort());
  });

  test("does not reach who connects later", async () => {
    const { service, push } = await four();
    await push({ users: ["alice"], disconnect: true });
    await service.settle();
    const again = await service.socketIo("/", { user: "alice" });
    expect(await push({ users: ["alice"], event: "hello" })).toMatchObject({ sent: 1 });
    expect(again.take().at(-1)).toBe('42["hello"]');
  });
});

test.each([
  [
    { rooms: ["a"], event: "x", join: ["b"] },
    "push: expected one of event, join, leave, disconnect, got event and join",
  ],
  [
    { rooms: ["a"], leave: ["b"], disconnect: true },
    "push: expected one of event, join, leave, disconnect, got leave and disconnect",
  ],
  [{ rooms: ["a"] }, "push: expected one of event, join, leave, disconnect, got none of them"],
  [
    [{ rooms: ["a"], join: ["b"] }, { rooms: ["a"] }],
    "1: expected one of event, join, leave, disconnect, got none of them",
  ],
  [{ rooms: ["a"], join: "b" }, 'join: expected an array of room names, got "b"'],
  [{ rooms: ["a"], join: ["@all"] }, "join.0: expected a room name that does not begin with"],
  [{ rooms: ["a"], leave: [""] }, "leave.0: expected a room name of 1 to 512 bytes"],
  [{ rooms: ["a"], disconnect: false }, 'disconnect: expected true or "close", got false'],
  [{ rooms: ["a"], join: ["b"], data: 1 }, "data: expected an event beside it, got none"],
  [{ rooms: ["a"], disconnect: true, args: [] }, "args: expected an event beside it, got none"],
  [{}, "push: expected one of event, join, leave, disconnect, got none of them"],
  [{ join: ["b"] }, "push: expected rooms, users, sockets or everyone, got none of them"],
  [{ rooms: ["a"], kick: true }, "kick: expected one of the keys"],
])("%j is refused, and nothing is done", async (input, message) => {
  const { service, push } = await four();
  const before = rooms(service);
  await expect(push(input)).rejects.toThrow(message);
  expect(rooms(service)).toEqual(before);
});
