import { Server } from "../../../lambdas/core";
import { type Client, CoreService } from "../../support/core-service";

/** The ack id of the event that a client got last. */
function idIn(frames: readonly string[], event: string): number {
  const frame = frames.find((candidate) => candidate.includes(`"${event}"`)) ?? "";
  const json = frame.startsWith("{") ? JSON.parse(frame).id : /^42(?:\/[^,]*,)?(\d+)\[/.exec(frame)?.[1];
  return Number(json);
}

/** Runs the listener of `go` for a client, and answers how it ended while others may act. */
function going(client: Client): { readonly done: Promise<void> } {
  return { done: client.send('42["go"]') };
}

/** Resolves once the client has been posted the event; answers its ack id. */
async function asked(service: CoreService, client: Client): Promise<number> {
  for (;;) {
    const id = idIn(client.take(), "q");
    if (!Number.isNaN(id)) return id;
    await service.untilPosted(client.connectionId);
  }
}

/** An app whose `go` runs the listener, which answers what `result` becomes. */
function appOf(listener: (io: Server, socket: Parameters<Parameters<Server["on"]>[1]>[0]) => unknown) {
  const io = new Server();
  const results: unknown[] = [];
  io.on("join", (socket, room) => socket.join(room));
  io.on("go", async (socket) => {
    const result = await Promise.resolve()
      .then(() => listener(io, socket))
      .catch((error: unknown) => error);
    results.push(result);
  });
  return { io, results };
}

describe("one client's ack", () => {
  test("[A1] resolves emitWithAck with its first argument", async () => {
    const { io, results } = appOf((_io, socket) => socket.emitWithAck("q", "sure?"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    const { done } = going(client);
    const id = await asked(service, client);
    expect(id).toBeLessThan(2 ** 31);
    await client.send(`43${id}["yes","and more"]`);
    await done;
    expect(results).toEqual(["yes"]);
  });

  test("calls a callback with all its arguments, while the listener has long returned", async () => {
    const io = new Server();
    io.on("go", (socket) => {
      socket.emit("q", (...answer: unknown[]) => socket.emit("got", answer));
      socket.emit("next");
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    const { done } = going(client);
    await service.untilPosted(client.connectionId, 2);
    const frames = client.take();
    expect(frames[1]).toBe('42["next"]');
    await client.send(`43${idIn(frames, "q")}["a","b"]`);
    await done;
    expect(client.take()).toEqual(['42["got",["a","b"]]']);
  });

  test("of a plain JSON client is {ack}", async () => {
    const { io, results } = appOf((_io, socket) => socket.timeout(1000).emitWithAck("q"));
    const service = new CoreService(io);
    const client = await service.connection();
    const done = client.send({ event: "go" });
    const id = await asked(service, client);
    await client.send({ ack: id, data: { fine: true } });
    await done;
    expect(results).toEqual([{ fine: true }]);
  });

  test("with a timeout has an error in front of a callback's arguments", async () => {
    const io = new Server();
    const calls: unknown[][] = [];
    io.on("go", (socket) => socket.timeout(1000).emit("q", (...call: unknown[]) => calls.push(call)));
    const service = new CoreService(io);
    const client = await service.socketIo();
    const answered = going(client);
    await client.send(`43${await asked(service, client)}["yes"]`);
    await answered.done;
    const late = going(client);
    await asked(service, client);
    await late.done;
    expect(calls).toEqual([[null, "yes"], [new Error("operation has timed out")]]);
  });

  test("[A4] that does not come in time rejects with Socket.IO's words, and what follows is still done", async () => {
    const { io, results } = appOf(async (_io, socket) => {
      const failure = await socket.timeout(500).emitWithAck("q").catch(String);
      socket.emit("after");
      return failure;
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    const { done } = going(client);
    const id = await asked(service, client);
    await done;
    expect(results).toEqual(["Error: operation has timed out"]);
    expect(client.take()).toEqual(['42["after"]']);
    await client.send(`43${id}["late"]`);
    expect(service.errors()).toEqual([]);
  });

  test("[A4] is not waited for when the client is gone", async () => {
    const { io, results } = appOf((_io, socket) => socket.emitWithAck("q").catch(String));
    const service = new CoreService(io);
    const client = await service.socketIo();
    service.gone.add(client.connectionId);
    await going(client).done;
    expect(results).toEqual(["Error: socket has been disconnected"]);
  });

  test("[A3] counts once, and only from the socket that was asked", async () => {
    const { io, results } = appOf((_io, socket) => socket.emitWithAck("q"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    const stranger = await service.socketIo();
    const { done } = going(client);
    const id = await asked(service, client);
    await stranger.send(`43${id}["mine"]`);
    await client.send(`43${id}["first"]`);
    await client.send(`43${id}["second"]`);
    await done;
    expect(results).toEqual(["first"]);
  });

  test("[A3] that nobody asked for is ignored", async () => {
    const service = new CoreService(new Server());
    const client = await service.socketIo();
    client.take();
    await client.send("437[]");
    await client.send(`43${2 ** 31}[]`);
    expect(client.take()).toEqual([]);
    expect(service.stores.calls.filter((call) => call === "answer")).toHaveLength(1);
  });
});

describe("in a connection listener", () => {
  test("[A2] the client hears connect before the event, so that it can answer", async () => {
    const io = new Server();
    const answers: unknown[] = [];
    io.on("connection", async (socket) => {
      socket.join("early");
      socket.emit("first");
      answers.push(await socket.emitWithAck("q"));
      socket.emit("last");
    });
    const service = new CoreService(io);
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    client.take();
    const connecting = client.send("40");
    await service.untilPosted(client.connectionId, 3);
    const frames = client.take();
    expect(frames.map((frame) => frame.slice(0, 2))).toEqual(["40", "42", "42"]);
    expect(frames[1]).toBe('42["first"]');
    await client.send(`43${idIn(frames, "q")}["hello"]`);
    await connecting;
    expect(answers).toEqual(["hello"]);
    expect(client.take()).toEqual(['42["last"]']);
  });
});

describe("everyone's acks", () => {
  async function room(timeoutMs: number) {
    const { io, results } = appOf((server) =>
      server
        .timeout(timeoutMs)
        .to("room")
        .emitWithAck("q")
        .catch((error: unknown) => error),
    );
    const service = new CoreService(io);
    const one = await service.socketIo();
    const other = await service.connection();
    const outside = await service.socketIo();
    await one.send('42["join","room"]');
    await other.send({ event: "join", data: "room" });
    return { service, one, other, outside, results };
  }

  test("[A1] are the first argument of each, under one id for both protocols", async () => {
    const { service, one, other, outside, results } = await room(1000);
    outside.take();
    const { done } = going(outside);
    const id = await asked(service, one);
    expect(await asked(service, other)).toBe(id);
    expect(outside.take()).toEqual([]);
    await one.send(`43${id}[1]`);
    await other.send({ ack: id, data: 2 });
    await done;
    expect(results).toHaveLength(1);
    expect(new Set(results[0] as number[])).toEqual(new Set([1, 2]));
  });

  test("that are missing reject with those that came", async () => {
    const { service, one, outside, results } = await room(1000);
    const { done } = going(outside);
    await one.send(`43${await asked(service, one)}[1]`);
    await done;
    expect(results).toEqual([new Error("operation has timed out")]);
    expect(results[0]).toHaveProperty("responses", [1]);
  });

  test("[A4] are not waited for from connections that are gone", async () => {
    const { service, one, other, outside, results } = await room(1000);
    service.gone.add(other.connectionId);
    const { done } = going(outside);
    await one.send(`43${await asked(service, one)}[1]`);
    await done;
    expect(results).toEqual([[1]]);
  });

  test("that came in time are read, though the look before took until it was over", async () => {
    const { service, one, other, outside, results } = await room(1000);
    const { acks } = service.stores;
    const { answers } = acks;
    acks.answers = async (id) => {
      Object.assign(acks, { answers });
      const known = await acks.answers(id);
      await one.send(`43${id}[1]`);
      await other.send({ ack: id, data: 2 });
      service.now += 1000;
      return known;
    };
    await going(outside).done;
    expect(results).toEqual([expect.arrayContaining([1, 2])]);
  });

  /** When the service looks for answers, ms after it asked, where the last of so many recipients is silent. */
  async function looks(recipients: number, answer: string): Promise<readonly number[]> {
    const { io } = appOf((server) =>
      server
        .timeout(20_000)
        .emitWithAck("q")
        .catch(() => {}),
    );
    const service = new CoreService(io);
    const client = await service.socketIo();
    const member = { connectionId: "x=", protocol: "json", connectedAt: 0 } as const;
    const members = Array.from({ length: recipients }, (_, index) => ({ ...member, sid: `@${index}` }));
    service.stores.memberships.members = async (_namespace, _room, { upTo }) => ({ members, upTo });
    const at: number[] = [];
    const begunAt = service.now + 1;
    service.stores.acks.answers = async () => {
      at.push(service.now - begunAt);
      return new Map(members.slice(1).map(({ sid }) => [sid, [answer]]));
    };
    await going(client).done;
    return at;
  }

  test("are looked for less often, the more a look reads", async () => {
    const many = await looks(300, "x".repeat(1_000));
    expect(many.slice(0, 5)).toEqual([25, 75, 175, 375, 750]);
    expect(many.length).toBeLessThan(20);
    expect(many.at(-1)).toBe(20_000);
    expect((await looks(10, "x".repeat(32_000))).length).toBeLessThan(20);
  });

  test("of one are looked for every 200 ms at least", async () => {
    const one = await looks(1, "");
    expect(one.slice(0, 5)).toEqual([25, 75, 175, 375, 575]);
    expect(one.length).toBe(103);
  });

  test("of nobody are an empty list at once", async () => {
    const { io, results } = appOf((server) => server.timeout(1000).to("empty").emitWithAck("q"));
    const client = await new CoreService(io).socketIo();
    await going(client).done;
    expect(results).toEqual([[]]);
  });

  test("go to a callback, error first", async () => {
    const io = new Server();
    const calls: unknown[][] = [];
    io.on("go", () => io.timeout(1000).emit("q", (...call: unknown[]) => calls.push(call)));
    const service = new CoreService(io);
    const client = await service.socketIo();
    const answered = going(client);
    await client.send(`43${await asked(service, client)}["yes"]`);
    await answered.done;
    const late = going(client);
    await asked(service, client);
    await late.done;
    expect(calls).toEqual([
      [null, ["yes"]],
      [new Error("operation has timed out"), []],
    ]);
  });
});

describe("the rules of the unit of work hold", () => {
  test("an operation that failed before leaves the event unsent, and the promise rejects", async () => {
    const { io, results } = appOf((_io, socket) => {
      socket.join("room");
      return socket.emitWithAck("q").catch((error: Error) => error.message);
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    service.stores.joinFailure = new Error("DynamoDB is away");
    await going(client).done;
    expect(results).toEqual(["DynamoDB is away"]);
    expect(client.take()).toEqual([]);
    expect(service.errors()).toEqual(['listener of "go" failed to join']);
  });

  test("a callback that throws is its listener's failure", async () => {
    const io = new Server();
    io.on("go", (socket) => {
      socket.emit("q", () => {
        throw new Error("a bug");
      });
    });
    const service = new CoreService(io);
    const client = await service.socketIo();
    const { done } = going(client);
    await client.send(`43${await asked(service, client)}[]`);
    await done;
    expect(service.errors()).toEqual(['listener of "go" failed to run']);
  });

  test("a listener that overran its time waits for no ack any more", async () => {
    const { io, results } = appOf((_io, socket) =>
      socket.emitWithAck("q").catch((error: Error) => error.name),
    );
    const service = new CoreService(io, { listenerTimeoutMs: 50 });
    const client = await service.socketIo();
    // Time stands still, so that only the listener's own limit can be over.
    const turns = { pause: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    Object.assign(service.services.clock, turns);
    await going(client).done;
    expect(service.errors()).toEqual(['listener of "go" is still running']);
    await turns.pause();
    await turns.pause();
    expect(results).toEqual(["AbortError"]);
  });

  test("what is asked after the listener's end is refused and logged", async () => {
    const io = new Server();
    const kept: Parameters<Parameters<typeof io.onAny>[0]>[0][] = [];
    io.on("go", (socket) => kept.push(socket));
    const service = new CoreService(io);
    const client = await service.socketIo();
    client.take();
    await going(client).done;
    const [socket] = kept;
    expect(socket?.emit("q", () => {})).toBe(false);
    expect(socket?.broadcast.timeout(10).emit("q", () => {})).toBe(false);
    await expect(socket?.emitWithAck("q")).rejects.toThrow('emit "q" refused: listener of "go" had ended');
    expect(service.errors()).toHaveLength(3);
    expect(client.take()).toEqual([]);
  });

  test("an event that asks no ack costs no request for one", async () => {
    const { io } = appOf((_io, socket) => socket.emit("x"));
    const service = new CoreService(io);
    const client = await service.socketIo();
    service.stores.calls.length = 0;
    await going(client).done;
    expect(service.stores.calls).toEqual(["load"]);
  });
});

describe("what cannot be waited for is refused where it is written", () => {
  test.each<[string, (io: Server) => unknown, RegExp]>([
    ["[A4] a timeout above 20 s", (io) => io.timeout(20_001), /timeout: expected 0 to 20000 ms, got 20001/],
    ["a timeout that is none", (io) => io.timeout(Number.NaN), /timeout: expected 0 to 20000 ms, got NaN/],
  ])("%s", async (_name, attempt, message) => {
    expect(() => attempt(new Server())).toThrow(message);
  });

  test("everyone's acks without a timeout", async () => {
    const { io, results } = appOf((server) => server.emit("q", () => {}));
    const client = await new CoreService(io).socketIo();
    await going(client).done;
    expect(String(results[0])).toMatch(/an ack of many needs timeout\(ms\) before emit/);
  });

  test("[A4] more than 1,000 recipients", async () => {
    const { io, results } = appOf((server) => server.timeout(10).emitWithAck("q").catch(String));
    const service = new CoreService(io);
    const client = await service.socketIo();
    const member = { connectionId: "x=", protocol: "json", connectedAt: 0 } as const;
    const many = Array.from({ length: 1_001 }, (_, index) => ({ ...member, sid: `@${index}` }));
    service.stores.memberships.members = async (_namespace, _room, { upTo }) => ({ members: many, upTo });
    client.take();
    await going(client).done;
    expect(results).toEqual(["RangeError: acks: expected at most 1000 recipients, got 1001"]);
    expect(client.take()).toEqual([]);
  });
});
