import { Server } from "../../../lambdas/core";
import { disconnect } from "../../../lambdas/core/connections/closing";
import { open } from "../../../lambdas/core/connections/opening";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import type { OpenEvent } from "../../../lambdas/core/internal-events";
import type { Services } from "../../../lambdas/core/services";
import { CoreService } from "../../support/core-service";

const CONNECTION = "c0=";
const CONNECTED = { connected: expect.objectContaining({ id: expect.any(String) }) };
const CONNECT_TIMEOUT_MS = 45_000;

/** Anybody is let in until it is full, and with a token as a user. */
function app(isFull: () => boolean = () => false): Server {
  const io = new Server();
  io.use((socket, next) => {
    if (isFull()) return next(new Error("full"));
    if (socket.handshake.auth.token !== undefined) socket.userId = "ada";
    next();
  });
  io.on("connection", (socket) => socket.join("room"));
  return io;
}

/** What `$connect` has invoked `open` with. */
async function upgraded(query: Record<string, string>, isFull?: () => boolean) {
  const service = new CoreService(app(isFull));
  await service.upgrade({ connectionId: CONNECTION, query });
  const [invoked] = service.queue.splice(0);
  if (invoked?.kind !== "open") throw new Error("expected open to be invoked");
  return { service, event: invoked.event };
}

const never = () => new Promise<never>(() => {});

/** Where a Lambda may end: what it waits for there never comes. */
const DEATHS: readonly [string, (services: Services) => Partial<Services>][] = [
  ["it creates the socket", ({ sockets }) => ({ sockets: { ...sockets, create: never } })],
  ["it joins a room", ({ memberships }) => ({ memberships: { ...memberships, join: never } })],
  ["it greets the client", ({ gateway }) => ({ gateway: { ...gateway, post: never } })],
];

/** `open`, which ends there. */
async function dies(service: CoreService, event: OpenEvent, death: (typeof DEATHS)[number][1]) {
  const { services } = service;
  void open({ ...services, ...death(services) }, event);
  await new Promise((resolve) => setImmediate(resolve));
}

function framesOf({ posted }: CoreService): unknown[] {
  return (posted.get(CONNECTION) ?? []).map((frame) => JSON.parse(frame));
}

async function beatAfter(service: CoreService, ms: number): Promise<void> {
  service.now += ms;
  await heartbeat({ ...service.services, runs: service.stores.runs });
  await service.settle();
}

describe.each([
  ["without a token", {}],
  ["with a token", { token: "any" }],
])("open of a plain JSON client %s", (_name, query: Record<string, string>) => {
  // A listener that waits for ever has a deadline, which would keep the process.
  beforeEach(() => jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] }));
  afterEach(() => jest.useRealTimers());

  test.each(DEATHS)("that ends before %s is finished by its repetition", async (_where, death) => {
    const { service, event } = await upgraded(query);
    await dies(service, event, death);
    expect(framesOf(service)).toEqual([]);
    await open(service.services, event);
    expect(framesOf(service)).toEqual([CONNECTED]);
    expect(service.stores.socketRecords()).toMatchObject([{ rooms: { room: expect.any(String) } }]);
    await beatAfter(service, CONNECT_TIMEOUT_MS);
    expect(service.cut).toEqual([]);
  });

  test.each(DEATHS)("that ends before %s, and is not repeated, has the client cut", async (_where, death) => {
    const { service, event } = await upgraded(query);
    await dies(service, event, death);
    await beatAfter(service, CONNECT_TIMEOUT_MS - 1);
    expect(service.cut).toEqual([]);
    await beatAfter(service, 1);
    expect(service.cut).toEqual([CONNECTION]);
    expect(service.stores.isEmpty()).toBe(true);
  });
});

test("a repetition of open that is refused what it was granted before cuts the client", async () => {
  let isFull = false;
  const { service, event } = await upgraded({}, () => isFull);
  await dies(service, event, ({ gateway }) => ({ gateway: { ...gateway, post: never } }));
  isFull = true;
  await open(service.services, event);
  expect(service.cut).toEqual([CONNECTION]);
});

describe("open that Lambda invokes once more when it was done", () => {
  const PROTOCOLS = [
    ["Socket.IO", { EIO: "4", transport: "websocket" }],
    ["plain JSON", {}],
    ["plain JSON, with a token,", { token: "any" }],
  ] as const;

  test.each(PROTOCOLS)("and late, leaves a %s client as it is", async (_name, query) => {
    const { service, event } = await upgraded(query);
    await open(service.services, event);
    service.now += 21_000;
    await open(service.services, event);
    expect(service.cut).toEqual([]);
    expect(service.posted.get(CONNECTION)).toHaveLength(1);
    expect(service.errors()).toEqual([]);
  });

  test.each(PROTOCOLS.slice(1))("runs no listeners of a %s client again", async (_name, query) => {
    const { service, event } = await upgraded(query);
    await open(service.services, event);
    await open(service.services, event);
    expect(framesOf(service)).toEqual([CONNECTED]);
    expect(service.stores.calls.filter((call) => call === "join")).toHaveLength(1);
  });
});

test("open that comes too late for the first time has the client cut", async () => {
  const { service, event } = await upgraded({ EIO: "4", transport: "websocket" });
  service.now += 21_000;
  await open(service.services, event);
  expect(service.cut).toEqual([CONNECTION]);
  expect(service.posted.get(CONNECTION)).toBeUndefined();
});

describe("open of a Socket.IO connection that answers 410", () => {
  /** Until when each greeting is tried. */
  async function tried(prepare: (service: CoreService) => Promise<void> = async () => {}) {
    const { service, event } = await upgraded({ EIO: "4", transport: "websocket" });
    service.gone.add(CONNECTION);
    await prepare(service);
    const { gateway } = service.services;
    const waits: number[] = [];
    const post: typeof gateway.post = async (recipient, frame) => {
      waits.push((recipient.newbornUntil ?? 0) - service.now);
      return gateway.post(recipient, frame);
    };
    await open({ ...service.services, gateway: { ...gateway, post } }, event);
    return waits;
  }

  test("waits for a `$connect` that has not returned yet", async () => {
    expect(await tried()).toEqual([1_000, 3_000]);
  });

  test("does not wait for a client that has left", async () => {
    const leave = ({ services }: CoreService) =>
      disconnect(services, {
        version: 1,
        connections: [{ connectionId: CONNECTION }],
        reason: "transport close",
        cut: false,
      });
    expect(await tried(leave)).toEqual([1_000]);
  });
});
