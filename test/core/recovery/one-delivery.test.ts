import { Server } from "../../../lambdas/core";
import { push } from "../../../lambdas/core/push/push";
import { Barrier } from "../../support/barrier";
import { VirtualTime } from "../../support/virtual-time";
import { IN_A, type Service, say } from "./alice";
import { ReturningClient, recoverable } from "./returning-client";

/** Alice and Bob in a room; what `serve` emits is for many, until it ends, and what others emit is not. */
async function room() {
  const io = new Server();
  const [emitted, going] = [new Barrier(), new Barrier()];
  io.on("join", (socket, name) => socket.join(name));
  io.on("serve", async (socket) => {
    io.to("a").emit("said", "one");
    await socket.join("elsewhere");
    emitted.open();
    await going.passed;
    io.to("a").emit("said", "two");
  });
  const service = recoverable(io);
  const [alice, bob] = [new ReturningClient(service), new ReturningClient(service)];
  for (const client of [alice, bob]) {
    await client.connect();
    await client.send("join", "a");
  }
  return { service, alice, bob, emitted, going };
}

/** Few are many, until it ends. */
async function asForMany(service: Service, work: () => Promise<unknown>): Promise<void> {
  service.fanOut.maxInlinePosts = 0;
  await work();
  service.fanOut.maxInlinePosts = 1_000;
}

async function sayForFew(service: Service, text: string): Promise<void> {
  const { maxInlinePosts } = service.fanOut;
  service.fanOut.maxInlinePosts = 1_000;
  await say(service, IN_A, text);
  service.fanOut.maxInlinePosts = maxInlinePosts;
}

/** Answers what the client gets with its recovery, and then from the workers. */
async function backBeforeWorkers(service: Service, client: ReturningClient): Promise<[string[], string[]]> {
  const handedOn = service.queue.splice(0);
  const time = new VirtualTime(service);
  await time.run(client.connection?.drop() ?? Promise.resolve());
  await time.run(client.connect());
  expect(client.recovered).toBe(true);
  const recovered = client.events();
  service.queue.push(...handedOn);
  await time.run(service.settle());
  return [recovered, client.events()];
}

describe("a client that drops after an event from elsewhere, while a delivery of several is on its way,", () => {
  test("gets what a listener emitted before and after it from one side", async () => {
    const { service, alice, bob, emitted, going } = await room();
    await asForMany(service, async () => {
      const served = bob.send("serve");
      await emitted.passed;
      await sayForFew(service, "between");
      service.tick();
      going.open();
      await served;
    });
    expect(alice.events()).toEqual(["said between"]);
    expect(await backBeforeWorkers(service, alice)).toEqual([["said one", "said two"], []]);
  });

  test("gets a list that took several requests to log from one side", async () => {
    const { service, alice } = await room();
    const { append } = service.stores.events;
    let requests = 0;
    service.stores.events.append = async (entries) => {
      await append.call(service.stores.events, entries);
      service.tick();
      requests += 1;
      if (requests === 2) await sayForFew(service, "between");
    };
    const texts = Array.from({ length: 60 }, (_, index) => `said ${index}`);
    const list = texts.map((_, index) => ({ ...IN_A, event: "said", data: index }));
    await asForMany(service, () => push(service.services, list));
    expect(requests).toBe(4);
    expect(alice.events()).toEqual(["said between"]);
    expect(await backBeforeWorkers(service, alice)).toEqual([[], texts]);
  });
});

describe("what a listener emits for many", () => {
  test("is in the log from when it is handed on, and until then its own socket's copies are", async () => {
    const { service, bob, emitted, going } = await room();
    const logged = () => service.stores.events.entries.map(({ room }) => (room === "a" ? room : "its own"));
    await asForMany(service, async () => {
      const served = bob.send("serve");
      await emitted.passed;
      expect(logged()).toEqual(["its own"]);
      going.open();
      await served;
    });
    expect(logged()).toEqual(["its own", "its own", "a", "a"]);
    expect(bob.events()).toEqual(["said one", "said two"]);
    expect(await backBeforeWorkers(service, bob)).toEqual([[], []]);
  });

  test("comes to its own socket when that is back, should it have dropped meanwhile", async () => {
    const { service, bob, emitted, going } = await room();
    await asForMany(service, async () => {
      const served = bob.send("serve");
      await emitted.passed;
      expect(bob.events()).toEqual(["said one"]);
      service.gone.add(bob.connection?.connectionId ?? "");
      going.open();
      await served;
    });
    expect(await backBeforeWorkers(service, bob)).toEqual([["said two"], []]);
  });

  test("comes to its own socket, too, when that had dropped before it was emitted", async () => {
    const { service, bob, emitted, going } = await room();
    await asForMany(service, async () => {
      const served = bob.send("serve");
      await emitted.passed;
      expect(bob.events()).toEqual(["said one"]);
      await bob.connection?.drop();
      going.open();
      await served;
    });
    const handedOn = service.queue.splice(0);
    const time = new VirtualTime(service);
    await time.run(bob.connect());
    expect(bob.events()).toEqual(["said two"]);
    service.queue.push(...handedOn);
    await time.run(service.settle());
    expect(bob.events()).toEqual([]);
  });

  test("does not come to its own socket where that joins the room behind it", async () => {
    const io = new Server();
    io.on("join", (socket) => socket.join("a"));
    io.on("serve", async (socket) => {
      io.to("a").emit("said", "one");
      await socket.join("a");
      io.to("a").emit("said", "two");
    });
    const service = recoverable(io);
    await (await new ReturningClient(service).connect()).send("join");
    const carol = await new ReturningClient(service).connect();
    await asForMany(service, () => carol.send("serve"));
    expect(carol.events()).toEqual(["said two"]);
    expect(await backBeforeWorkers(service, carol)).toEqual([[], []]);
  });

  test("is not sent again to who read it in the log before it was taken out, late", async () => {
    const { service, alice, bob, going } = await room();
    const { remove } = service.stores.events;
    service.stores.events.remove = async (entries) => {
      service.now += 400;
      await alice.connection?.drop();
      await alice.connect();
      await remove.call(service.stores.events, entries);
    };
    await asForMany(service, async () => {
      going.open();
      await bob.send("serve");
    });
    expect(alice.events()).toEqual(["said one"]);
    await new VirtualTime(service).run(service.settle());
    expect(alice.events()).toEqual(["said two"]);
  });
});
