import { type RemoteSocket, Server } from "../../../lambdas/core";
import { work } from "../../../lambdas/core/delivery/fan-out/worker";
import type { Settings } from "../../../lambdas/core/settings";
import { type Client, CoreService } from "../../support/core-service";
import { VirtualTime } from "../../support/virtual-time";

/** More than three are many here. */
const FEW = 3;
/** Until a worker begins. */
const STARTS_MS = 300;

interface Crowd {
  readonly service: CoreService;
  readonly time: VirtualTime;
  /** In the room `game`. */
  readonly players: readonly Client[];
  /** In none. */
  readonly referee: Client;
}

async function crowd(io: Server, settings: Partial<Settings> = {}): Promise<Crowd> {
  io.on("play", (socket) => socket.join("game"));
  const service = new CoreService(io, settings);
  Object.assign(service.fanOut, { maxInlinePosts: FEW });
  const players: Client[] = [];
  for (let count = 0; count < 2 * FEW; count++) players.push(await service.socketIo());
  const referee = await service.socketIo();
  for (const player of players) await player.send('42["play"]');
  for (const client of [...players, referee]) client.take();
  return { service, time: new VirtualTime(service), players, referee };
}

/** As Lambda does it: beside who invokes them. */
function startWorkers({ service, time }: Crowd): void {
  service.services.invoker.deliver = async (event) => {
    void time.pause(STARTS_MS).then(() => work(service.services, event, service.now + 900_000));
  };
}

function namesOf(client: Client): string[] {
  return client.take().flatMap((frame) => /"(\w+)"/.exec(frame)?.[1] ?? []);
}

function linesOf({ service }: Crowd): string[] {
  return service.log.map(({ message }) => message);
}

const ON_OTHERS: readonly [name: string, act: (io: Server) => unknown, outcome: "gone" | "out"][] = [
  ["socketsLeave", (io) => io.in("game").socketsLeave("game"), "out"],
  ["disconnectSockets", (io) => io.in("game").disconnectSockets(), "gone"],
  ["leave of fetched sockets", (io) => forEach(io, "game", (socket) => socket.leave("game")), "out"],
  ["disconnect of fetched sockets", (io) => forEach(io, "game", (socket) => socket.disconnect()), "gone"],
];

async function forEach(
  io: Server,
  room: string,
  act: (socket: RemoteSocket<object>) => unknown,
): Promise<void> {
  for (const socket of await io.in(room).fetchSockets()) act(socket);
}

describe("after an event for many", () => {
  test.each(ON_OTHERS)("%s waits until everyone has got it", async (_name, act, outcome) => {
    const io = new Server();
    io.on("over", async () => {
      io.to("game").emit("over");
      await act(io);
      io.to("game").emit("after");
    });
    const game = await crowd(io);
    startWorkers(game);
    await game.time.run(game.referee.send('42["over"]'));
    const expected = outcome === "gone" ? ['42["over"]', "41"] : ['42["over"]'];
    for (const player of game.players) expect(player.take()).toEqual(expected);
    expect(linesOf(game)).toEqual([]);
  });

  test.each([
    ["socketsJoin", (io: Server, sid: string) => io.in(sid).socketsJoin("game")],
    [
      "join of a fetched socket",
      (io: Server, sid: string) => forEach(io, sid, (socket) => socket.join("game")),
    ],
  ])("%s is too late for it", async (_name, join) => {
    const io = new Server();
    io.on("over", (_socket, sid) => {
      io.to("game").emit("over");
      return join(io, String(sid));
    });
    io.on("whoami", (socket) => socket.emit(socket.id));
    const game = await crowd(io);
    startWorkers(game);
    const late = await game.service.socketIo();
    late.take();
    await late.send('42["whoami"]');
    const [, sid] = /"(.+)"/.exec(late.take()[0] ?? "") ?? [];
    await game.time.run(game.referee.send(`42["over","${sid}"]`));
    await game.time.run(game.referee.send('42["over","nobody"]'));
    await game.time.run(game.time.pause(2 * STARTS_MS));
    expect(late.take()).toEqual(['42["over"]']);
    for (const player of game.players) expect(player.take()).toHaveLength(2);
  });

  test("that was handed on before an ack, disconnectSockets waits as well", async () => {
    const io = new Server();
    io.on("over", (_socket, done) => {
      io.to("game").emit("over");
      done();
      io.in("game").disconnectSockets();
    });
    const game = await crowd(io);
    startWorkers(game);
    await game.time.run(game.referee.send('420["over"]'));
    for (const player of game.players) expect(player.take()).toEqual(['42["over"]', "41"]);
  });

  test("that takes too long, what waited is done while the listener has time left, once for all, and logged", async () => {
    const io = new Server();
    io.on("over", async () => {
      io.to("game").emit("over");
      await io.in("game").socketsLeave("game");
      await io.disconnectSockets();
    });
    const game = await crowd(io);
    const began = game.service.now;
    await game.time.run(game.referee.send('42["over"]'));
    expect(game.service.now - began).toBeLessThan(25_000);
    for (const player of game.players) expect(player.take()).toEqual(["41"]);
    expect(linesOf(game)).toEqual(["what follows events for many was done before everyone got them"]);
  });

  test("that workers cannot be started for, nobody is disconnected", async () => {
    const io = new Server();
    io.on("over", () => {
      io.to("game").emit("over");
      io.in("game").disconnectSockets();
    });
    const game = await crowd(io);
    game.service.services.invoker.deliver = () => Promise.reject(new Error("throttled"));
    await game.referee.send('42["over"]');
    for (const player of game.players) expect(player.take()).toEqual([]);
    expect(linesOf(game)).toEqual(['listener of "over" failed to disconnect sockets']);
  });
});

test("after an event for few nothing waits for workers", async () => {
  const io = new Server();
  io.on("over", (socket) => {
    socket.emit("over");
    io.in("game").socketsLeave("game");
    io.in("game").disconnectSockets();
  });
  const { service, referee } = await crowd(io);
  const progress = jest.spyOn(service.services.deliveries, "progress");
  await referee.send('42["over"]');
  expect(progress).not.toHaveBeenCalled();
});

/** Of which 20 are about all that one delivery holds: each is there for both protocols. */
const PAGE = "x".repeat(100_000);

function pages(emitting: { emit(event: string, ...args: unknown[]): unknown }, count: number): void {
  for (let page = 1; page <= count; page++) emitting.emit(`page${page}`, PAGE);
}

function pageNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `page${index + 1}`);
}

describe("more for many than one delivery holds", () => {
  test.each([
    ["at once", (io: Server) => pages(io, 25)],
    [
      "bit by bit",
      async (io: Server, socket: { join(room: string): Promise<void> }) => {
        for (let page = 1; page <= 25; page++) {
          io.emit(`page${page}`, PAGE);
          await socket.join("reading");
        }
      },
    ],
  ])(
    "fails the listener at the event that is too much, and what it emitted before comes: %s",
    async (_name, emit) => {
      const io = new Server();
      io.on("read", async (socket) => {
        await emit(io, socket);
        io.emit("never");
      });
      const { service, players, time } = await crowd(io);
      const reader = await service.connection({ query: {} });
      reader.take();
      await reader.send({ event: "read", id: 1 });
      await time.run(service.settle());
      for (const player of players) expect(namesOf(player)).toEqual(pageNames(20));
      const frames = reader.takeJson();
      expect(frames).toHaveLength(21);
      expect(frames.at(-1)).toMatchObject({ error: { code: "listener_failed" }, id: 1 });
      expect(service.errors()).toEqual(['listener of "read" failed to emit "page21"']);
      expect(service.log[0]?.details.error).toMatchObject({
        name: "RangeError",
        message: expect.stringMatching(/^data: expected at most 4194304 bytes .*, got 42\d{5}$/),
      });
    },
  );

  test("does not fail another listener of the event, whose own fits", async () => {
    const io = new Server();
    io.on("read", () => pages(io, 25));
    io.on("read", () => io.emit("small"));
    const { service, players, referee, time } = await crowd(io);
    await referee.send('42["read"]');
    await time.run(service.settle());
    for (const player of players) expect(namesOf(player)).toEqual([...pageNames(20), "small"]);
  });

  test("is in no log as far as it is too much", async () => {
    const io = new Server();
    io.on("read", () => pages(io, 25));
    const { service, referee, time } = await crowd(io, { recoveryWindowMs: 120_000 });
    await time.run(referee.send('42["read"]'));
    const rooms = service.stores.events.entries.map(({ room }) => (room === "@all" ? room : "its own"));
    expect(rooms).toEqual([...pageNames(20).map(() => "its own"), ...pageNames(20).map(() => "@all")]);
  });

  test("is no limit for a few sockets", async () => {
    const io = new Server();
    io.on("read", (socket) => pages(socket, 50));
    const { service, referee } = await crowd(io);
    Object.assign(service.fanOut, { maxInlinePosts: 50 });
    await referee.send('42["read"]');
    expect(namesOf(referee)).toEqual(pageNames(50));
    expect(service.errors()).toEqual([]);
  });
});

test("who sent an event is told when what its listener emitted for many is lost", async () => {
  const io = new Server();
  io.on("shout", () => io.emit("shout"));
  const { service } = await crowd(io);
  const shouter = await service.connection({ query: {} });
  shouter.take();
  service.services.invoker.deliver = () => Promise.reject(new Error("throttled"));
  await shouter.send({ event: "shout", id: 1 });
  const failed = { code: "listener_failed", message: 'event: "shout" failed' };
  expect(shouter.takeJson()).toEqual([{ event: "shout" }, { error: failed, id: 1 }]);
  expect(service.errors()).toEqual(["events for many could not be handed on"]);
});
