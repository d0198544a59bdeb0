import { deduplicated, Server } from "../../../lambdas/core";
import { Barrier } from "../../support/barrier";
import { type Client, CoreService } from "../../support/core-service";

interface Events {
  pay(orderId: string, ack?: (receipt: unknown) => void): void;
  refund(orderId: string, ack?: (receipt: unknown) => void): void;
}

type Work = (orderId: string, ack?: (receipt: unknown) => void) => unknown;

/** A service whose `pay` does the work; sockets are the users that they say they are. */
function serviceWith(work: Work) {
  const io = new Server<Events>();
  io.use((socket, next) => {
    const { user } = socket.handshake.auth;
    socket.userId = typeof user === "string" ? user : undefined;
    next();
  });
  io.on(
    "pay",
    deduplicated({ key: (id) => id }, (_socket, id, ack) => work(id, ack)),
  );
  io.on(
    "refund",
    deduplicated({ key: (id) => id }, (_socket, id, ack) => work(id, ack)),
  );
  return new CoreService(io);
}

async function connected(service: CoreService, user?: string): Promise<Client> {
  const client = await service.socketIo("/", user === undefined ? {} : { user });
  client.take();
  return client;
}

describe("a deduplicated listener", () => {
  let runs: string[];
  const pay: Work = (id, ack) => {
    runs.push(id);
    ack?.({ receipt: `${id}-${runs.length}` });
  };

  beforeEach(() => {
    runs = [];
  });

  test("does the work once, and gives a repetition the answer of the first", async () => {
    const client = await connected(serviceWith(pay), "alice");
    await client.send('421["pay","1042"]');
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual(['431[{"receipt":"1042-1"}]', '432[{"receipt":"1042-1"}]']);
    expect(runs).toEqual(["1042"]);
  });

  test("knows a repetition on another connection of the user", async () => {
    const service = serviceWith(pay);
    await (await connected(service, "alice")).send('421["pay","1042"]');
    const again = await connected(service, "alice");
    await again.send('420["pay","1042"]');
    expect(again.take()).toEqual(['430[{"receipt":"1042-1"}]']);
  });

  test.each([
    ["another key", "alice", '421["pay","1043"]'],
    ["another user", "bob", '421["pay","1042"]'],
    ["nobody", undefined, '421["pay","1042"]'],
    ["another event", "alice", '421["refund","1042"]'],
  ])("does not take %s for a repetition", async (_, user, packet) => {
    const service = serviceWith(pay);
    await (await connected(service, "alice")).send('421["pay","1042"]');
    const other = await connected(service, user);
    await other.send(packet);
    expect(runs).toHaveLength(2);
    expect(other.take()[0]).toContain("-2");
  });

  test("forgets an attempt that failed: the next does the work", async () => {
    let failures = 1;
    const service = serviceWith((id, ack) => {
      if (failures-- > 0) throw new Error("the bank is away");
      pay(id, ack);
    });
    const client = await connected(service, "alice");
    await client.send('421["pay","1042"]');
    expect(client.take()).toEqual([]);
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual(['432[{"receipt":"1042-1"}]']);
    expect(service.errors()).toEqual(['listener of "pay" failed to run']);
  });

  test("forgets an attempt of which an operation failed before its ack", async () => {
    const io = new Server<Events>();
    io.on(
      "pay",
      deduplicated({ key: (id) => id }, (socket, id, ack) => {
        socket.join(id);
        pay(id, ack);
      }),
    );
    const service = new CoreService(io);
    const client = await connected(service);
    service.stores.joinFailure = new Error("out of reach");
    await client.send('421["pay","1042"]');
    service.stores.joinFailure = undefined;
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual(['432[{"receipt":"1042-2"}]']);
    expect(service.errors()).toEqual(['listener of "pay" failed to join']);
  });

  test("remembers what it has acked, even if it fails later", async () => {
    const service = serviceWith((id, ack) => {
      pay(id, ack);
      throw new Error("too late");
    });
    const client = await connected(service, "alice");
    await client.send('421["pay","1042"]');
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual(['431[{"receipt":"1042-1"}]', '432[{"receipt":"1042-1"}]']);
    expect(runs).toHaveLength(1);
  });

  test("acks a repetition of what was done without an ack, without arguments", async () => {
    const client = await connected(
      serviceWith((id) => runs.push(id)),
      "alice",
    );
    await client.send('421["pay","1042"]');
    expect(client.take()).toEqual([]);
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual(["432[]"]);
    expect(runs).toHaveLength(1);
  });

  test("sends no ack that it could not remember", async () => {
    const service = serviceWith(pay);
    service.services.seen.finish = () => Promise.reject(new Error("out of reach"));
    const client = await connected(service, "alice");
    await client.send('421["pay","1042"]');
    expect(client.take()).toEqual([]);
    expect(service.errors()).toEqual(['listener of "pay" failed to remember the answer']);
  });

  test("sends Buffers of an answer again as Buffers", async () => {
    const client = await connected(
      serviceWith((_, ack) => ack?.(Buffer.from([1]))),
      "alice",
    );
    await client.send('421["pay","1042"]');
    const [header, attachment] = client.take();
    await client.send('422["pay","1042"]');
    expect(client.take()).toEqual([header?.replace("-1", "-2"), attachment]);
  });

  test.each(["42", "421"])("fails for a key that is no string: %s", async (prefix) => {
    const service = serviceWith(pay);
    const client = await connected(service, "alice");
    await client.send(`${prefix}["pay",7]`);
    await client.send(`${prefix}["pay",""]`);
    expect(client.take()).toEqual([]);
    expect(runs).toEqual([]);
    expect(service.errors()).toHaveLength(2);
  });

  test("runs every time where there is no key", async () => {
    const io = new Server<Events>();
    io.on(
      "pay",
      deduplicated({ key: () => undefined }, (_socket, id, ack) => pay(id, ack)),
    );
    const client = await connected(new CoreService(io));
    await client.send('421["pay","1042"]');
    await client.send('422["pay","1042"]');
    expect(runs).toHaveLength(2);
    expect(client.take()).toHaveLength(2);
  });

  test.each([0, 1.5, 2_592_001])("cannot know a repetition for %s seconds", (ttlSeconds) => {
    expect(() => deduplicated({ key: () => "k", ttlSeconds }, () => {})).toThrow(RangeError);
  });
});

describe("two attempts at once", () => {
  const barrier = () => new Barrier();

  test("the second waits, and has the answer of the first", async () => {
    const bank = barrier();
    let runs = 0;
    const service = serviceWith(async (_, ack) => {
      runs += 1;
      await bank.passed;
      ack?.("paid");
    });
    const client = await connected(service, "alice");
    const first = client.send('421["pay","1042"]');
    whenPaused(service, bank.open);
    await client.send('422["pay","1042"]');
    await first;
    expect(client.take().sort()).toEqual(['431["paid"]', '432["paid"]']);
    expect(runs).toBe(1);
  });

  test("the second does the work when the first fails", async () => {
    const bank = barrier();
    let runs = 0;
    const service = serviceWith(async (_, ack) => {
      runs += 1;
      if (runs === 1) await bank.passed.then(() => Promise.reject(new Error("the bank is away")));
      ack?.("paid");
    });
    const client = await connected(service, "alice");
    const first = client.send('421["pay","1042"]');
    whenPaused(service, bank.open);
    await client.send('422["pay","1042"]');
    await first;
    expect(client.take()).toEqual(['432["paid"]']);
    expect(runs).toBe(2);
  });

  test("the second fails when the first takes too long, and does not run", async () => {
    const bank = barrier();
    let runs = 0;
    const service = serviceWith(async () => {
      runs += 1;
      await bank.passed;
    });
    const client = await connected(service, "alice");
    const first = client.send('421["pay","1042"]');
    await client.send('422["pay","1042"]');
    expect(runs).toBe(1);
    expect(service.errors()).toEqual(['listener of "pay" failed to run']);
    bank.open();
    await first;
  });

  test("one that wants no answer does not wait", async () => {
    const bank = barrier();
    let runs = 0;
    const service = serviceWith(async (_, ack) => {
      runs += 1;
      await bank.passed;
      ack?.("paid");
    });
    const client = await connected(service, "alice");
    const first = client.send('421["pay","1042"]');
    await client.send('42["pay","1042"]');
    expect(runs).toBe(1);
    bank.open();
    await first;
    expect(client.take()).toEqual(['431["paid"]']);
  });
});

/** What the service waits for has come about when it looks again. */
function whenPaused(service: CoreService, happens: () => void): void {
  const { clock } = service.services;
  const pause = clock.pause.bind(clock);
  clock.pause = (ms) => {
    happens();
    return pause(ms);
  };
}
