import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { messageBatch, type QueuedMessage } from "../../../lambdas/core/messages/message-batch";
import type { Settings } from "../../../lambdas/core/settings";
import { type Client, CoreService } from "../../support/core-service";

const LAST_ATTEMPT = 4;

interface Listening {
  readonly heard: unknown[];
  /** Listeners of "wait" end with it. */
  release(): void;
}

function listening(): { io: Server } & Listening {
  const io = new Server();
  const heard: unknown[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  io.on("say", (_socket, value) => heard.push(value));
  io.on("wait", async (_socket, value) => {
    await released;
    heard.push(value);
  });
  return { io, heard, release: () => release() };
}

/** A service, what its queue was told, and a way to have messages handled in a batch. */
async function batching(settings: Partial<Settings> = {}) {
  const { io, heard, release } = listening();
  const service = new CoreService(io, settings);
  const told: string[] = [];
  let onTold = () => {};
  const tell = (what: string, messages: readonly QueuedMessage[]) => {
    told.push(`${what} ${messages.map(({ id }) => id)}`);
    onTold();
  };
  const queue = {
    remove: async (messages: readonly QueuedMessage[]) => tell("remove", messages),
    retryAfter: async (messages: readonly QueuedMessage[], seconds: number) =>
      tell(`in ${seconds} s`, messages),
  };
  const run = (messages: readonly QueuedMessage[], endsAt = service.now + 290_000) =>
    messageBatch({ ...service.services, queue, lastAttempt: LAST_ATTEMPT, endsAt }, messages);
  const untilTold = () =>
    new Promise<void>((resolve) => {
      onTold = resolve;
    });
  return { service, heard, told, queue, run, release, untilTold };
}

let sequence = 0;

function queued({ connectionId }: Client, body: string, attempt = 1): QueuedMessage {
  sequence += 1;
  const id = `${connectionId}${body.replace(/\W/g, "")}`;
  const place = String(sequence).padStart(20, "0");
  return { connectionId, body, arrivedAt: 0, id, sequence: place, receipt: id, attempt };
}

const say = (client: Client, value: string, attempt?: number) =>
  queued(client, `42["say","${value}"]`, attempt);
const wait = (client: Client, value: string) => queued(client, `42["wait","${value}"]`);

/** DynamoDB does not answer for one connection, so many times. */
function failTimes({ services }: CoreService, { connectionId }: Client, times: number): void {
  const { load } = services.connections;
  let left = times;
  services.connections.load = (id) => {
    if (id !== connectionId || left === 0) return load.call(services.connections, id);
    left -= 1;
    return Promise.reject(new Error("the table is out of reach"));
  };
}

test("[O1] a connection's messages are handled one after the other, other connections beside it", async () => {
  const { service, heard, run, release } = await batching();
  const [slow, fast] = [await service.socketIo(), await service.socketIo()];
  const running = run([wait(slow, "slow"), say(slow, "after"), say(fast, "fast")]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["fast"]);
  release();
  expect(await running).toEqual([]);
  expect(heard).toEqual(["fast", "slow", "after"]);
});

test("[O1] a connection that is done is removed from a slow batch before its end", async () => {
  const { service, told, run, release, untilTold } = await batching();
  const [slow, fast] = [await service.socketIo(), await service.socketIo()];
  const running = run([wait(slow, "slow"), say(fast, "one"), say(fast, "two")]);
  await untilTold();
  expect(told).toEqual(["remove c2=42sayone,c2=42saytwo"]);
  release();
  expect(await running).toEqual([]);
  expect(told).toHaveLength(1);
});

test("[O3] what follows a failure on its connection comes again with it, soon and ever later", async () => {
  const { service, heard, told, run } = await batching();
  const [failing, other] = [await service.socketIo(), await service.socketIo()];
  failTimes(service, failing, 2);
  const messages = [say(failing, "one"), say(other, "other"), say(failing, "two")];
  expect(await run(messages)).toEqual(["c1=42sayone", "c1=42saytwo"]);
  expect(await run([say(failing, "one", 2), say(failing, "two", 2)])).toHaveLength(2);
  expect(await run([say(failing, "one", 3), say(failing, "two", 3)])).toEqual([]);
  expect(heard).toEqual(["other", "one", "two"]);
  expect(told).toEqual(["in 1 s c1=42sayone,c1=42saytwo", "in 2 s c1=42sayone,c1=42saytwo"]);
});

test("[O4] the last attempt is not made: the connection is cut, and the message left to the queue", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  expect(await run([say(client, "one", LAST_ATTEMPT), say(client, "two", 1)])).toHaveLength(2);
  expect(service.cut).toEqual([client.connectionId]);
  expect(await run([say(client, "two", 2)])).toEqual([]);
  expect(heard).toEqual([]);
  expect(service.errors()).toContain("a message was given up, and its connection is cut");
});

test("[O4] the connection is cut when the table is out of reach, too", async () => {
  const { service, run } = await batching();
  const client = await service.socketIo();
  service.services.connections.close = () => Promise.reject(new Error("the table is out of reach"));
  expect(await run([say(client, "one", LAST_ATTEMPT)])).toHaveLength(1);
  expect(service.cut).toEqual([client.connectionId]);
});

test("a message that Lambda has no time left for comes again", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  expect(await run([say(client, "one")], service.now + 28_999)).toEqual(["c1=42sayone"]);
  expect(await run([say(client, "one", 2)], service.now + 29_000)).toEqual([]);
  expect(heard).toEqual(["one"]);
});

test("a queue that does not answer changes nothing but the time", async () => {
  const { service, queue, run, release } = await batching();
  const [client, slow] = [await service.socketIo(), await service.socketIo()];
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  queue.retryAfter = () => Promise.reject(new Error("no answer"));
  queue.remove = () => {
    asked();
    return Promise.reject(new Error("no answer"));
  };
  failTimes(service, client, 1);
  const other = await service.socketIo();
  const running = run([say(client, "one"), say(other, "done"), wait(slow, "slow")]);
  await isAsked;
  release();
  expect(await running).toEqual(["c1=42sayone"]);
});

/** Resolves when the client was noted as heard, so many times. */
function heardTimes({ services }: CoreService, times: number): Promise<void> {
  const { see } = services.liveness;
  let left = times;
  return new Promise((resolve) => {
    services.liveness.see = async (connectionId) => {
      await see.call(services.liveness, connectionId);
      left -= 1;
      if (left === 0) resolve();
    };
  });
}

test("[O1] a client whose pong waits behind a message that came late is not cut", async () => {
  const { service, run, release } = await batching();
  const beat = () => heartbeat({ ...service.services, runs: service.stores.runs });
  const client = await service.socketIo();
  const message = { ...wait(client, "slow"), arrivedAt: service.now + 480_000 };
  service.now += 480_000;
  await beat();
  expect(client.take()).toContain("2");
  service.now += 60_000;
  const heard = heardTimes(service, 1);
  const running = run([message]);
  await heard;
  service.now += 60_000;
  await beat();
  expect(service.queue).toEqual([]);
  release();
  await running;
});

test("[O1] a client is heard again and again while its message is handled", async () => {
  const { service, run, release } = await batching({ pingTimeoutMs: 20 });
  const client = await service.socketIo();
  const heard = heardTimes(service, 2);
  const running = run([{ ...wait(client, "slow"), arrivedAt: service.now }]);
  await heard;
  release();
  expect(await running).toEqual([]);
});

test("of a message that is handled soon the heartbeat hears nothing", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  service.services.liveness.see = () => Promise.reject(new Error("a request too many"));
  expect(await run([{ ...say(client, "soon"), arrivedAt: service.now }])).toEqual([]);
  expect([heard, service.log]).toEqual([["soon"], []]);
});

test("[B2] messages of a closed connection are dropped", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  await client.drop();
  expect(await run([say(client, "late")])).toEqual([]);
  expect(heard).toEqual([]);
});

test("what leaves and joins a room in one millisecond ends as the last of the two says", async () => {
  const io = new Server();
  io.on("join", (socket) => socket.join("room"));
  io.on("leave", (socket) => socket.leave("room"));
  const service = new CoreService(io);
  const queue = { remove: async () => {}, retryAfter: async () => {} };
  const client = await service.socketIo();
  const event = (name: string) => queued(client, `42["${name}"]`);
  const messages = ["join", "leave", "join", "leave", "join", "leave", "join", "leave"].map(event);
  const batch = { ...service.services, queue, lastAttempt: LAST_ATTEMPT, endsAt: service.now + 290_000 };
  await messageBatch(
    batch,
    messages.map((queuedOne) => ({ ...queuedOne, arrivedAt: service.now })),
  );
  const loaded = await service.services.connections.load(client.connectionId);
  expect(Object.keys(loaded?.sockets[0]?.rooms ?? {})).toEqual([]);
});

test("[O5] a listener that asks its own client for an ack fails at once, in a broadcast, too", async () => {
  const io = new Server();
  const reasons: string[] = [];
  const note = (error: Error) => void reasons.push(error.message);
  io.on("ask me", (socket) => socket.emitWithAck("question").catch(note));
  io.on("ask all", () => io.timeout(1_000).emitWithAck("question").catch(note));
  const service = new CoreService(io);
  const queue = { remove: async () => {}, retryAfter: async () => {} };
  const client = await service.socketIo();
  client.take();
  const before = service.now;
  const batch = { ...service.services, queue, lastAttempt: LAST_ATTEMPT, endsAt: service.now + 290_000 };
  await messageBatch(batch, [queued(client, '42["ask me"]'), queued(client, '42["ask all"]')]);
  expect(reasons).toEqual([
    expect.stringContaining("cannot wait for an ack of its own connection"),
    expect.stringContaining("except(socket.id)"),
  ]);
  expect(client.take()).toEqual([]);
  expect(service.now).toBe(before);
});
