import { VirtualTime } from "../../support/virtual-time";
import { aliceInRoom, IN_A, type Service, say } from "./alice";

describe("however long a recovery takes", () => {
  /** Emits all the while, waiting for nothing, until some time after the client is connected. */
  async function emittingAll(slow: (service: Service, time: VirtualTime) => void, count = 300) {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    const time = new VirtualTime(service);
    slow(service, time);
    const emits: Promise<unknown>[] = [];
    const emitting = async () => {
      for (let one = 1; one <= count; one += 1) {
        emits.push(say(service, IN_A, String(one)));
        await time.pause(20);
      }
    };
    await time.run(Promise.all([emitting(), time.pause(50).then(() => alice.connect())]));
    await time.run(Promise.all(emits));
    return { service, alice, inOrder: Array.from({ length: count }, (_, index) => `said ${index + 1}`) };
  }

  test("no post overtakes what comes from the log, though that is read late", async () => {
    const { alice, inOrder } = await emittingAll(({ stores: { events } }, time) => {
      const { read } = events;
      let reads = 0;
      events.read = async function* (...range) {
        reads += 1;
        // The second look into each of three rooms.
        if (reads > 3) await time.pause(2_500);
        yield* read.apply(events, range);
      };
    });
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(inOrder);
  });

  test("its log may come in pages: what is emitted when it is over is posted", async () => {
    const { alice, inOrder } = await emittingAll(({ stores: { events } }, time) => {
      const { read } = events;
      events.read = async function* (...range) {
        yield [];
        // One and a half milliseconds a page.
        await time.pause(3);
        yield* read.apply(events, range);
      };
    });
    expect(alice.events()).toEqual(inOrder);
  });

  test("no post overtakes what comes from the log, though that is posted slowly", async () => {
    const { alice, inOrder } = await emittingAll(({ services: { gateway } }, time) => {
      const { post } = gateway;
      let posts = 0;
      gateway.post = async (recipient, frame) => {
        posts += 1;
        if (posts < 15) await time.pause(90);
        return post(recipient, frame);
      };
    });
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(inOrder);
  });

  test("its rooms may be written late: what is emitted until then comes from the log", async () => {
    const { service, alice, inOrder } = await emittingAll(({ stores: { sockets } }, time) => {
      const { create } = sockets;
      sockets.create = async (socket) => {
        await time.pause(1_000);
        const created = await create.call(sockets, socket);
        await time.pause(1_000);
        return created;
      };
    });
    expect(service.cut).toEqual([]);
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(inOrder);
  });

  test("its rooms may not be written too late: it is cut, and the next has it all", async () => {
    let isSlow = true;
    const { service, alice, inOrder } = await emittingAll(({ stores: { sockets } }, time) => {
      const { create } = sockets;
      sockets.create = async (socket) => {
        const created = await create.call(sockets, socket);
        if (isSlow) await time.pause(11_000);
        return created;
      };
    }, 700);
    expect(service.cut).toContain(alice.connection?.connectionId);
    expect(alice.recovered).toBeUndefined();
    alice.forget();
    isSlow = false;
    const time = new VirtualTime(service);
    await time.run(service.settle());
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(inOrder);
  });

  test("one that does not come to its end is told connect, then cut, and the next has the rest in order", async () => {
    let isSlow = true;
    const { service, alice, inOrder } = await emittingAll(({ services: { gateway } }, time) => {
      const { post } = gateway;
      gateway.post = async (recipient, frame) => {
        if (isSlow) await time.pause(1_500);
        return post(recipient, frame);
      };
    }, 100);
    expect(service.cut).toContain(alice.connection?.connectionId);
    expect(alice.recovered).toBe(true);
    const first = alice.events();
    expect(first.length).toBeGreaterThan(0);
    isSlow = false;
    const time = new VirtualTime(service);
    await time.run(service.settle());
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect([...first, ...alice.events()]).toEqual(inOrder);
  });

  test("one whose Lambda has died is not waited for without end, and nothing is posted over it", async () => {
    const { service, alice } = await aliceInRoom();
    await alice.connection?.drop();
    const time = new VirtualTime(service);
    const { read } = service.stores.events;
    let reads = 0;
    service.stores.events.read = async function* (...range) {
      reads += 1;
      if (reads > 3) await new Promise(() => {});
      yield* read.apply(service.stores.events, range);
    };
    const dying = alice.connect();
    await time.run(time.pause(2_000));
    const startedAt = service.now;
    await time.run(say(service, IN_A, "one"));
    expect(service.now - startedAt).toBeLessThan(12_000);
    expect(alice.connection?.take()).toEqual([]);
    service.stores.events.read = read;
    await time.run(service.settle());
    expect(service.cut).toContain(alice.connection?.connectionId);
    void dying;
    await time.run(alice.connect());
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said one"]);
  });
});

describe("an event that is logged anew while a client is being recovered", () => {
  test.each([50, 300, 400, 500, 600, 700, 800, 900, 1_200])(
    "comes once, though it was there under its first offset %i ms after the CONNECT",
    async (ms) => {
      const { service, alice } = await aliceInRoom();
      await alice.connection?.drop();
      const time = new VirtualTime(service);
      const { events } = service.stores;
      const { append } = events;
      events.append = async (entries) => {
        events.append = append;
        await append.call(events, entries);
        // It is there, and its writer does not hear of it.
        await time.pause(450);
      };
      const emitting = time.pause(ms).then(() => say(service, IN_A, "one"));
      await time.run(Promise.all([emitting, time.pause(100).then(() => alice.connect())]));
      expect(alice.recovered).toBe(true);
      expect(alice.events()).toEqual(["said one"]);
    },
  );
});
