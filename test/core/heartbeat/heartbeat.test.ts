import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import type { Settings } from "../../../lambdas/core/settings";
import { type Client, CoreService } from "../../support/core-service";
import { VirtualTime } from "../../support/virtual-time";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SOCKET_IO = { query: { EIO: "4", transport: "websocket" } };

/** An app that notes who leaves, and admits everyone but to `/members`. */
function appWith(heard: string[]): Server {
  const io = new Server();
  for (const nsp of [io, io.of("/other")]) {
    nsp.on("disconnect", (_socket, reason) => heard.push(`${nsp.name} ${reason}`));
  }
  io.of("/members").use((_socket, next) => next(new Error("who are you?")));
  return io;
}

class Heart {
  readonly heard: string[] = [];
  readonly service: CoreService;

  constructor(settings: Partial<Settings> = {}) {
    this.service = new CoreService(appWith(this.heard), settings);
  }

  /** EventBridge's next run, so long after the last thing that happened. */
  async beatAfter(ms: number): Promise<void> {
    this.service.now += ms;
    await heartbeat({ ...this.service.services, runs: this.service.stores.runs });
  }

  /** A minute's run, again and again. */
  async beatFor(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) await this.beatAfter(MINUTE);
  }

  /** The socket's token, as `jwt()` notes it. */
  async expiring(namespace: string, expiresInSeconds: number, client: Client): Promise<void> {
    const { stores, now } = this.service;
    const tokenExpiresAt = Math.ceil(now / SECOND) + expiresInSeconds;
    const socket = stores
      .socketRecords()
      .find((record) => record.connectionId === client.connectionId && record.namespace === namespace);
    if (!socket) throw new Error(`no socket in ${namespace}`);
    await stores.sockets.authenticate(socket, { tokenExpiresAt });
    await stores.liveness.admit(client.connectionId, tokenExpiresAt);
  }
}

const PROTOCOLS: readonly [string, (heart: Heart) => Promise<Client>, string, string | object][] = [
  ["Socket.IO", (heart) => heart.service.socketIo(), "2", "3"],
  ["plain JSON", (heart) => heart.service.connection(), '{"ping":true}', { pong: true }],
];

describe.each(PROTOCOLS)("[E5, J12] a %s client", (_name, connected, ping, pong) => {
  it("is pinged when it is due, and not before", async () => {
    const heart = new Heart();
    const client = await connected(heart);
    client.take();
    await heart.beatFor(7);
    expect(client.take()).toEqual([]);
    await heart.beatFor(1);
    expect(client.take()).toEqual([ping]);
  });

  it("stays for as long as it answers", async () => {
    const heart = new Heart();
    const client = await connected(heart);
    client.take();
    for (let round = 0; round < 5; round += 1) {
      await heart.beatFor(8);
      expect(client.take()).toEqual([ping]);
      await client.send(pong);
    }
    await heart.service.settle();
    expect(heart.heard).toEqual([]);
    expect(heart.service.cut).toEqual([]);
  });

  it("is cut when it has not answered within pingTimeout, and its listeners hear why", async () => {
    const heart = new Heart();
    const client = await connected(heart);
    await heart.beatFor(8);
    await heart.beatAfter(2 * MINUTE - 1);
    expect(heart.service.queue).toEqual([]);
    await heart.beatAfter(1);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/ ping timeout"]);
    expect(heart.service.cut).toEqual([client.connectionId]);
    expect(heart.service.stores.isEmpty()).toBe(true);
  });

  it("is found gone by a 410, without waiting for an answer", async () => {
    const heart = new Heart();
    const client = await connected(heart);
    heart.service.gone.add(client.connectionId);
    await heart.beatFor(8);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/ transport close"]);
    expect(heart.service.stores.isEmpty()).toBe(true);
  });
});

describe("a connection", () => {
  it("[E2] hears no ping before its open packet", async () => {
    const heart = new Heart({ connectTimeoutMs: 3_600 * SECOND });
    await heart.service.upgrade({ connectionId: "late=", ...SOCKET_IO });
    await heart.beatFor(10);
    expect(heart.service.posted.get("late=")).toBeUndefined();
    await heart.service.services.liveness.greet("late=");
    await heart.beatFor(8);
    expect(heart.service.posted.get("late=")).toEqual(["2"]);
  });

  it("[E6] that never connects to a namespace is cut after connectTimeout", async () => {
    const heart = new Heart();
    const idle = await heart.service.connection(SOCKET_IO);
    const busy = await heart.service.socketIo();
    await heart.beatAfter(44 * SECOND);
    expect(heart.service.queue).toEqual([]);
    await heart.beatAfter(2 * SECOND);
    await heart.service.settle();
    expect(heart.service.cut).toEqual([idle.connectionId]);
    expect([...heart.service.stores.liveness.records.keys()]).toEqual([busy.connectionId]);
  });

  it("[E6] that left its only namespace is not one that never connected", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await client.send("41");
    await heart.service.settle();
    await heart.beatFor(2);
    await heart.service.settle();
    expect(heart.service.cut).toEqual([]);
  });

  it("[J12] of a plain JSON client that does not authenticate hears why it is cut", async () => {
    const heart = new Heart();
    const client = await heart.service.connection({ query: { namespace: "/members" } });
    expect(client.take()).toEqual([]);
    await heart.beatFor(1);
    await heart.service.settle();
    expect(client.takeJson()).toEqual([{ disconnect: { reason: "forced close", reconnect: true } }]);
    expect(heart.service.cut).toEqual([client.connectionId]);
  });

  it("whose ping is refused is asked again, and owes no answer meanwhile", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    client.take();
    const { gateway } = heart.service.services;
    const throttled = {
      ...heart.service.services,
      gateway: { ...gateway, post: async () => "throttled" as const },
    };
    heart.service.now += 8 * MINUTE;
    await heartbeat({ ...throttled, runs: heart.service.stores.runs });
    heart.service.now += 3 * MINUTE;
    await heart.beatAfter(0);
    expect(client.take()).toEqual(["2"]);
    expect(heart.service.queue).toEqual([]);
  });

  it("that answers while it is about to be cut stays", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await heart.beatFor(8);
    const { liveness } = heart.service.stores;
    const all = async function* () {
      const pages = [];
      for await (const page of liveness.all()) pages.push(page);
      await client.send("3");
      yield* pages;
    };
    heart.service.now += 2 * MINUTE;
    const late = Object.assign(Object.create(liveness), { all });
    await heartbeat({ ...heart.service.services, liveness: late, runs: heart.service.stores.runs });
    expect(heart.service.queue).toEqual([]);
  });

  it("whose closer crashed is closed a minute later, and for the first reason", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await heart.service.services.connections.close(client.connectionId, "forced close");
    await heart.beatAfter(59 * SECOND);
    expect(heart.service.queue).toEqual([]);
    await heart.beatAfter(SECOND);
    await heart.beatAfter(SECOND);
    expect(heart.service.queue).toHaveLength(1);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/ forced close"]);
    expect(heart.service.cut).toEqual([client.connectionId]);
    expect(heart.service.stores.isEmpty()).toBe(true);
  });

  it("of which nothing but its place on the list is left is forgotten", async () => {
    const heart = new Heart();
    const client = await heart.service.connection(SOCKET_IO);
    heart.service.stores.connectionRecords.clear();
    heart.service.stores.handshakes.clear();
    await heart.beatFor(1);
    await heart.service.settle();
    expect(heart.service.cut).toEqual([]);
    expect(heart.service.stores.liveness.records.has(client.connectionId)).toBe(false);
  });

  it("is pinged once by two runs at the same time", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    client.take();
    heart.service.now += 8 * MINUTE;
    const { services, stores, now } = heart.service;
    const run = (at: number) =>
      heartbeat({ ...services, clock: { ...services.clock, now: () => at }, runs: stores.runs });
    await Promise.all([run(now), run(now + 1)]);
    expect(client.take()).toEqual(["2"]);
  });
});

describe("a token that runs out", () => {
  it("[S17] closes its namespace only, and the client hears it", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await client.send("40/other");
    await heart.expiring("/other", 30, client);
    await heart.expiring("/", 90, client);
    client.take();
    await heart.beatAfter(29 * SECOND);
    expect(client.take()).toEqual([]);
    await heart.beatAfter(2 * SECOND);
    expect(client.take()).toEqual(["41/other,"]);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/other server namespace disconnect"]);
    await heart.beatFor(1);
    await heart.service.settle();
    expect(client.take()).toEqual(["41"]);
    expect(heart.heard).toEqual(["/other server namespace disconnect", "/ server namespace disconnect"]);
    expect(heart.service.cut).toEqual([]);
    await heart.beatFor(1);
    expect(client.take()).toEqual([]);
  });

  it("[S17] cuts a client that may not have heard of it", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await heart.expiring("/", 30, client);
    heart.service.services.gateway.post = async () => "unknown";
    await heart.beatFor(1);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/ server namespace disconnect"]);
    expect(heart.service.cut).toEqual([client.connectionId]);
    expect(heart.service.stores.isEmpty()).toBe(true);
  });

  it("[S17] is heard of once Lambda answers again where it could not be handed over", async () => {
    const heart = new Heart();
    const client = await heart.service.socketIo();
    await heart.expiring("/", 30, client);
    client.take();
    const { invoker } = heart.service.services;
    const { disconnect } = invoker;
    invoker.disconnect = () => Promise.reject(new Error("Lambda answered 503"));
    await heart.beatFor(1).catch(() => {});
    invoker.disconnect = disconnect;
    await heart.beatFor(1);
    await heart.service.settle();
    expect(client.take()).toContain("41");
    expect(heart.heard).toEqual(["/ server namespace disconnect"]);
    expect(heart.service.stores.socketRecords()).toEqual([]);
  });

  it("[J13] ends a plain JSON connection, with the advice to come again", async () => {
    const heart = new Heart();
    const client = await heart.service.connection();
    await heart.expiring("/", 30, client);
    client.take();
    await heart.beatFor(1);
    expect(client.takeJson()).toEqual([
      { disconnect: { reason: "server namespace disconnect", reconnect: true } },
    ]);
    await heart.service.settle();
    expect(heart.heard).toEqual(["/ server namespace disconnect"]);
    expect(heart.service.cut).toEqual([client.connectionId]);
    expect(heart.service.stores.isEmpty()).toBe(true);
  });

  it("[J13] ends the connection of a client that sends pongs all the time", async () => {
    const heart = new Heart();
    const client = await heart.service.connection();
    await heart.expiring("/", 30, client);
    const { connections } = heart.service.services;
    const { load } = connections;
    // Between the heartbeat's read and its write.
    connections.load = async (connectionId) => {
      const loaded = await load(connectionId);
      connections.load = load;
      await client.send({ pong: true });
      return loaded;
    };
    await heart.beatFor(1);
    await heart.service.settle();
    expect(heart.service.cut).toEqual([client.connectionId]);
  });

  it("[J13] but was refreshed in time closes nothing, until the new one runs out", async () => {
    const heart = new Heart();
    const client = await heart.service.connection();
    await heart.expiring("/", 30, client);
    await heart.expiring("/", 90, client);
    client.take();
    await heart.beatFor(1);
    expect(client.take()).toEqual([]);
    await heart.beatFor(1);
    expect(client.takeJson()).toHaveLength(1);
  });
});

describe("intervals below a minute", () => {
  const fast = { pingIntervalMs: 300, pingTimeoutMs: 200, connectTimeoutMs: 1_000 };

  /** A run in which time passes while it pauses, and `during` happens at each pause. */
  async function run(heart: Heart, during: (elapsedMs: number) => Promise<void>): Promise<number> {
    const startedAt = heart.service.now;
    const clock = {
      now: () => heart.service.now,
      pause: async (ms: number) => {
        heart.service.now += ms;
        await during(heart.service.now - startedAt);
      },
    };
    await heartbeat({ ...heart.service.services, clock, runs: heart.service.stores.runs });
    return heart.service.now - startedAt;
  }

  it("[E5] are kept within one run, which ends when the next has begun", async () => {
    const heart = new Heart(fast);
    const client = await heart.service.socketIo();
    client.take();
    const pings: number[] = [];
    const lasted = await run(heart, async (elapsedMs) => {
      for (const _ping of client.take()) {
        pings.push(elapsedMs);
        await client.send("3");
      }
      if (elapsedMs > 3_000) await heart.service.stores.runs.begin("9");
    });
    const gaps = pings.slice(1).map((at, index) => at - (pings[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(6);
    expect(Math.max(...gaps)).toBeLessThan(400);
    expect(Math.min(...gaps)).toBeGreaterThan(250);
    expect(lasted).toBeLessThan(4_000);
    expect(heart.service.queue).toEqual([]);
  });

  it("[E5, E6] cut who does not answer and who does not connect, in time", async () => {
    const heart = new Heart(fast);
    const silent = await heart.service.socketIo();
    const answering = await heart.service.connection(SOCKET_IO);
    const cutAt = new Map<string, number>();
    await run(heart, async (elapsedMs) => {
      if (answering.take().includes("2")) await answering.send("3");
      await heart.service.settle();
      for (const id of heart.service.cut.splice(0)) cutAt.set(id, elapsedMs);
      if (elapsedMs > 1_500) await heart.service.stores.runs.begin("9");
    });
    expect(cutAt.get(silent.connectionId)).toBeGreaterThanOrEqual(475);
    expect(cutAt.get(silent.connectionId)).toBeLessThan(700);
    expect(cutAt.get(answering.connectionId)).toBeGreaterThanOrEqual(1_000);
    expect(cutAt.get(answering.connectionId)).toBeLessThan(1_300);
  });

  it("do not let a run go on for ever when no other comes", async () => {
    const heart = new Heart(fast);
    const lasted = await run(heart, async () => {});
    expect(lasted).toBeGreaterThan(120 * SECOND);
    expect(lasted).toBeLessThan(180 * SECOND);
  });
});

describe("one connection", () => {
  const MINUTES_UNTIL_PING = 9;

  it.each(["socket.io", "json"] as const)(
    "(%s) that takes no pings has its token expire all the same",
    async (protocol) => {
      const heart = new Heart();
      const { service } = heart;
      const client = protocol === "json" ? await service.connection() : await service.socketIo();
      await heart.expiring("/", 600, client);
      service.services.gateway.post = async () => "throttled";
      await heart.beatFor(12);
      await service.settle();
      expect(heart.heard).toEqual(["/ server namespace disconnect"]);
    },
  );

  it("that takes seconds to refuse its ping holds up no other", async () => {
    const heart = new Heart();
    const { service } = heart;
    const clients = [];
    for (let one = 0; one < 300; one += 1) clients.push(await service.socketIo());
    const stuck = new Set(
      clients.filter((_, index) => index % 3 === 0).map(({ connectionId }) => connectionId),
    );
    for (const client of clients) client.take();
    const time = new VirtualTime(service);
    const { post } = service.services.gateway;
    const pingedAt: number[] = [];
    service.services.gateway.post = async (recipient, frame) => {
      if (stuck.has(recipient.connectionId)) {
        await time.pause(2_000);
        return "throttled";
      }
      await time.pause(1);
      pingedAt.push(service.now);
      return post(recipient, frame);
    };
    service.now += MINUTES_UNTIL_PING * MINUTE;
    const startedAt = service.now;
    await time.run(heartbeat({ ...service.services, runs: service.stores.runs }));
    expect(pingedAt).toHaveLength(200);
    expect(Math.max(...pingedAt) - startedAt).toBeLessThan(2_100);
  });

  it("of which a request fails keeps no other from its ping, and the log says so", async () => {
    const heart = new Heart();
    const { service } = heart;
    const clients = [await service.socketIo(), await service.socketIo()];
    for (const client of clients) client.take();
    const { replace } = service.stores.liveness;
    let calls = 0;
    service.stores.liveness.replace = async (...args) => {
      calls += 1;
      if (calls === 1) throw new Error("the table is away");
      return replace.apply(service.stores.liveness, args);
    };
    await heart.beatAfter(MINUTES_UNTIL_PING * MINUTE);
    expect(clients.map((client) => client.take())).toEqual([[], ["2"]]);
    expect(service.errors()).toEqual(["connections could not be looked after, until the next run"]);
  });

  it("behind what a run has time for is the next run's, which the log says", async () => {
    const heart = new Heart();
    const { service } = heart;
    const clients = [await service.socketIo(), await service.socketIo()];
    for (const client of clients) client.take();
    const { liveness } = service.stores;
    const all = async function* () {
      for (const one of liveness.records.values()) {
        yield [one];
        service.now += 3 * MINUTE;
      }
    };
    service.now += MINUTES_UNTIL_PING * MINUTE;
    const slowly = Object.assign(Object.create(liveness), { all });
    await heartbeat({ ...service.services, liveness: slowly, runs: service.stores.runs });
    expect(clients.map((client) => client.take())).toEqual([["2"], []]);
    expect(service.log.map(({ message }) => message)).toEqual([expect.stringMatching(/next run goes on/)]);
  });
});
