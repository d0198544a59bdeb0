import { Server } from "../../../lambdas/core";
import type { LimitSettings } from "../../../lambdas/core/settings";
import { type Client, CoreService } from "../../support/core-service";

const LIMITS: LimitSettings = { messagesPerSecond: 100 };
const WINDOW_MS = 10_000;
const MOST = 1_000;
const EVENT = '42["hear"]';

let heard: number;

function serviceWith(limits: LimitSettings): CoreService {
  heard = 0;
  const io = new Server();
  for (const nsp of [io, io.of("/other")]) {
    nsp.use((socket, next) => {
      socket.userId = "alice";
      next();
    });
    nsp.on("hear", (_socket, ...args) => {
      heard += 1;
      for (const ack of args) if (typeof ack === "function") ack();
    });
  }
  const service = new CoreService(io, { limits });
  // So that what a test sends is in one window.
  service.now -= service.now % 60_000;
  return service;
}

/** All that this environment has seen is forgotten: another handles what comes. */
function inAnotherEnvironment(service: CoreService): void {
  const { connectionId } = [...service.stores.connectionRecords.values()][0] ?? {};
  if (connectionId === undefined) throw new Error("expected a connection");
  for (const counts of [service.services.limits.messages]) counts.add(connectionId, -1);
}

async function sendMany(client: Client, count: number, frame = EVENT): Promise<void> {
  for (let sent = 0; sent < count; sent++) await client.send(frame);
}

/** As if other environments had counted so many messages. */
function pretend(service: CoreService, { connectionId }: Client, messages: number): Promise<void> {
  const startsAt = service.now - (service.now % WINDOW_MS);
  return service.stores.windows.countMessages(connectionId, { startsAt, messages, isUserOver: false });
}

const rateOf = (service: CoreService, { connectionId }: Client) =>
  service.stores.connectionRecords.get(connectionId)?.rate;

describe("messages of one connection", () => {
  test("below the rate make no write, and ask for nothing but their connection", async () => {
    const service = serviceWith({ ...LIMITS, userMessagesPerSecond: 300 });
    const client = await service.socketIo();
    service.stores.calls.length = 0;
    await sendMany(client, 20);
    expect(service.stores.calls).toEqual(Array.from({ length: 20 }, () => "load"));
    expect(service.stores.windows.calls).toEqual([]);
    expect(heard).toBe(20);
  });

  test("are counted for sixteen when one of them is drawn, beside the listener", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    let count = () => {};
    const held = new Promise<void>((resolve) => {
      count = resolve;
    });
    const { windows } = service.stores;
    const original = windows.countMessages.bind(windows);
    jest.spyOn(windows, "countMessages").mockImplementation(async (...args) => {
      await held;
      return original(...args);
    });
    service.draw = 0;
    const sending = client.send('421["hear"]');
    await service.untilPosted(client.connectionId, 2);
    expect([heard, rateOf(service, client)]).toEqual([1, undefined]);
    count();
    await sending;
    expect(rateOf(service, client)).toEqual({ startsAt: service.now - 2, messages: 16, isUserOver: false });
  });

  test("are handled when they cannot be counted, and that is logged", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    jest.spyOn(service.stores.windows, "countMessages").mockRejectedValue(new Error("throttled"));
    service.draw = 0;
    await client.send(EVENT);
    expect(heard).toBe(1);
    expect(service.log.map(({ message }) => message)).toEqual(["messages could not be counted"]);
  });

  test("beyond the rate are not heard, the connection stays, and the next window begins anew", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    await sendMany(client, MOST + 50);
    // The CONNECT was the first of them.
    expect(heard).toBe(MOST - 1);
    expect(service.cut).toEqual([]);
    service.now += 10_000;
    await client.send(EVENT);
    expect(heard).toBe(MOST);
    const [first, ...later] = service.refusals;
    expect(first).toMatchObject({ limit: "messagesPerSecond", refused: 1, latest: { userId: "alice" } });
    expect(later).toEqual([]);
  });

  test("are refused by other environments as soon as one alone has seen too many", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    await sendMany(client, MOST);
    expect(service.stores.windows.calls).toEqual(["countMessages"]);
    inAnotherEnvironment(service);
    await sendMany(client, 5);
    expect(heard).toBe(MOST - 1);
  });

  test("are refused when many environments have seen some of them each", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    service.draw = 0;
    // Drawn each time, a message stands for sixteen.
    for (let sent = 0; sent < 100; sent++) {
      inAnotherEnvironment(service);
      await client.send(EVENT);
    }
    expect(heard).toBe(Math.floor(MOST / 16) + 1);
  });

  test("at twice the rate close it, which recovers nothing", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    client.take();
    await pretend(service, client, 2 * MOST);
    await client.send(EVENT);
    expect([heard, service.cut]).toEqual([0, []]);
    await pretend(service, client, 1);
    await sendMany(client, 2);
    await service.settle();
    expect(new Set(service.cut)).toEqual(new Set([client.connectionId]));
    expect(client.take()).toEqual([]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("from before the latest window are not held against it", async () => {
    const service = serviceWith(LIMITS);
    const client = await service.socketIo();
    service.draw = 0;
    const early = service.now;
    await client.send(EVENT, early + 10_000);
    await client.send(EVENT, early + 1);
    expect(rateOf(service, client)).toMatchObject({
      startsAt: early - (early % 10_000) + 10_000,
      messages: 16,
    });
    expect(heard).toBe(2);
  });

  test("are not counted where the limits are off", async () => {
    const service = serviceWith({});
    const client = await service.socketIo();
    await pretend(service, client, 3 * MOST);
    service.stores.windows.calls.length = 0;
    service.draw = 0;
    await client.send(EVENT);
    expect([heard, service.stores.windows.calls]).toEqual([1, []]);
  });
});

describe("beyond the rate, a Socket.IO client", () => {
  let service: CoreService;
  let client: Client;

  beforeEach(async () => {
    service = serviceWith(LIMITS);
    client = await service.socketIo();
    await pretend(service, client, MOST + 1);
    client.take();
  });

  test("hears of a CONNECT that it is refused, since it would wait without end", async () => {
    await client.send("40/other,");
    expect(client.take()).toEqual(['44/other,{"message":"rate limited","data":{"code":"rate_limited"}}']);
  });

  test("hears nothing of an event, with or without an id, nor of Buffers", async () => {
    await client.send('421["hear"]');
    await client.send('451-["hear",{"_placeholder":true,"num":0}]');
    await client.send("bAAE=");
    expect([client.take(), heard, service.cut]).toEqual([[], 0, []]);
  });

  test("is still alive when it answers a ping", async () => {
    service.stores.liveness.change(client.connectionId, { pingedAt: service.now });
    await client.send("3");
    expect(service.stores.liveness.records.get(client.connectionId)?.seen).toBe(service.now);
  });

  test("may leave a namespace, and close", async () => {
    await client.send("41");
    await service.settle();
    expect(service.stores.socketRecords()).toEqual([]);
    await client.send("1");
    expect(service.cut).toEqual([client.connectionId]);
  });

  test("is closed for what is no packet, as ever", async () => {
    await client.send("42{}");
    expect(service.cut).toEqual([client.connectionId]);
  });
});

describe("beyond the rate, a plain JSON client", () => {
  let service: CoreService;
  let client: Client;

  beforeEach(async () => {
    service = serviceWith(LIMITS);
    client = await service.connection();
    await pretend(service, client, MOST + 1);
    client.take();
  });

  test.each([
    ['{"event":"hear","id":7}', { id: 7 }],
    ['{"ping":true}', {}],
    ['{"auth":{"token":"t"}}', {}],
  ])("is answered %s with an error", async (frame, id) => {
    await client.send(frame);
    const message = "expected fewer messages, got more than a client may send";
    expect(client.takeJson()).toEqual([{ error: { code: "rate_limited", message }, ...id }]);
    expect([heard, service.cut]).toEqual([0, []]);
  });

  test("is still alive when it answers a ping", async () => {
    service.stores.liveness.change(client.connectionId, { pingedAt: service.now });
    await client.send('{"pong":true}');
    expect(client.take()).toEqual([]);
    expect(service.stores.liveness.records.get(client.connectionId)?.seen).toBe(service.now);
  });

  test("is told before it is closed at twice the rate", async () => {
    await pretend(service, client, MOST);
    await client.send('{"ping":true}');
    expect(client.takeJson().at(-1)).toEqual({ disconnect: { reason: "forced close", reconnect: true } });
    expect(service.cut).toEqual([client.connectionId]);
  });
});

describe("messages of one user", () => {
  test("are counted over all connections: each refuses what comes once it has learned of it", async () => {
    const service = serviceWith({ messagesPerSecond: 100, userMessagesPerSecond: 100 });
    const clients = [await service.socketIo(), await service.socketIo(), await service.socketIo()];
    service.draw = 0;
    for (let round = 0; round < 30; round++) for (const client of clients) await client.send(EVENT);
    // Of the 63rd message each connection learns by its next.
    expect(heard).toBe(62 + 3);
    expect(service.refusals[0]).toMatchObject({
      limit: "userMessagesPerSecond",
      latest: { userId: "alice" },
    });
    expect(service.cut).toEqual([]);
    service.now += 10_000;
    for (const client of clients) await client.send(EVENT);
    expect(heard).toBe(65 + 3);
  });

  test("are counted where a connection's own are not", async () => {
    const service = serviceWith({ userMessagesPerSecond: 100 });
    const client = await service.socketIo();
    service.draw = 0;
    for (let sent = 0; sent < 100; sent++) await client.send(EVENT);
    expect(heard).toBe(63);
  });

  test("an idle client's pongs never come near a limit", async () => {
    const service = serviceWith({ messagesPerSecond: 10, userMessagesPerSecond: 10 });
    const client = await service.socketIo();
    service.draw = 0;
    for (let pong = 0; pong < 50; pong++) {
      service.now += 60_000;
      await client.send("3");
    }
    expect(service.refusals).toEqual([]);
  });
});
