import { deliver, resolve } from "../../../../lambdas/core/delivery/delivery";
import { sumOf } from "../../../../lambdas/core/delivery/delivery-count";
import { untilDelivered } from "../../../../lambdas/core/delivery/fan-out/waiting";
import type { Emit } from "../../../../lambdas/core/delivery/recipients";
import type { DeliverEvent } from "../../../../lambdas/core/internal-events";
import type { Member } from "../../../../lambdas/core/records";
import { emitTo, FanOut } from "../../../support/fan-out";

/** Thousands of posts by the clock of the test; a busy machine takes its time. */

const idsOf = (members: readonly Member[]) => members.map(({ connectionId }) => connectionId).sort();
const reached = (fanOut: FanOut) => [...fanOut.received().keys()].sort();

/** Delivers, and answers what all workers counted together. */
async function delivered(fanOut: FanOut, emits: readonly Emit[]) {
  const { handedOn } = await fanOut.run(() => deliver(fanOut.services, emits));
  if (!handedOn) throw new Error("expected workers to deliver it");
  const { counts } = await fanOut.run(() => untilDelivered(fanOut.services, handedOn, fanOut.now));
  return { counts, handedOn };
}

describe("who delivers", () => {
  test("up to a thousand posts the one who emits", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(500, "room");
    const emits = [emitTo("room", "one"), emitTo("room", "two")];
    const { counts, handedOn } = await fanOut.run(() => deliver(fanOut.services, emits));
    expect(handedOn).toBeUndefined();
    expect(counts).toEqual(Array(2).fill({ recipients: 500, sent: 500, gone: 0, failed: 0, unknown: 0 }));
    expect(reached(fanOut)).toEqual(idsOf(members));
    expect(fanOut.reads).toEqual(["page of room"]);
    expect(fanOut.invoked).toEqual([]);
  });

  test("above that workers, all at once, after a look at the first page", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(8_000, "room");
    const { counts, handedOn } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(handedOn.shares).toBe(7);
    expect(fanOut.invoked.map(({ shares }) => shares)).toEqual([[0], [1], [2], [3], [4], [5], [6]]);
    expect(handedOn.estimates[0]).toBeGreaterThan(7_000);
    expect(handedOn.estimates[0]).toBeLessThan(9_000);
    expect(counts).toEqual([{ recipients: 8_000, sent: 8_000, gone: 0, failed: 0, unknown: 0 }]);
    expect(reached(fanOut)).toEqual(idsOf(members));
    expect(fanOut.posted).toHaveLength(8_000);
  });

  test.each([[1_300], [8_000]])("that a room of %i is too many its first page says", async (size) => {
    const fanOut = new FanOut();
    fanOut.join(size, "room");
    expect(await resolve(fanOut.services, [emitTo("room", "news")])).toMatchObject({ kind: "large" });
    expect(fanOut.reads).toEqual(["page of room"]);
  });

  test("a worker that could not start one of the others is invoked again, and starts it then", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(60, "room");
    const invoke = fanOut.invoke.bind(fanOut);
    let refusals = 0;
    fanOut.invoke = (event) => {
      if (event.shares[0] === 2 && refusals++ === 0) throw new Error("too many");
      invoke(event);
    };
    const delivery: DeliverEvent["delivery"] = { id: "delivery", shares: 3, postsPerSecond: 100, emits: [] };
    const emits = [emitTo("room", "news")] as unknown as DeliverEvent["delivery"]["emits"];
    const event: DeliverEvent = {
      version: 1,
      delivery: { ...delivery, emits },
      shares: [0, 1, 2],
      handOvers: 0,
    };
    await fanOut.run(async () => fanOut.invoke(event));
    expect(reached(fanOut)).toEqual(idsOf(members));
    expect(fanOut.posted).toHaveLength(60);
    expect(fanOut.logged).toEqual([
      "deliver could not be invoked",
      "Error: 1 of the shares of delivery delivery has no worker",
    ]);
  });

  test("many workers are started by some of them", async () => {
    const fanOut = new FanOut({ postsPerSecond: 100_000 });
    const members = fanOut.join(18_000, "room");
    const { handedOn } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(handedOn.shares).toBeGreaterThan(32);
    const groups = fanOut.invoked.filter(({ shares }) => shares.length > 1);
    expect(groups.length).toBeLessThanOrEqual(32);
    expect(fanOut.invoked.length).toBe(handedOn.shares);
    expect(reached(fanOut)).toEqual(idsOf(members));
    expect(fanOut.posted).toHaveLength(18_000);
  });

  test("a worker that cannot be started is a share that failed; without any the emit fails", async () => {
    const fanOut = new FanOut();
    fanOut.join(3_000, "room");
    const { deliver: start } = fanOut.services.invoker;
    const invoker: { deliver(event: DeliverEvent): Promise<void> } = fanOut.services.invoker;
    invoker.deliver = async (event) => {
      if (event.shares.includes(0)) throw new Error("too many");
      await start(event);
    };
    const { counts, handedOn } = await fanOut.run(() => deliver(fanOut.services, [emitTo("room", "news")]));
    expect(counts[0]?.failed).toBeGreaterThan(300);
    expect(handedOn?.estimates[0]).toBeGreaterThan(2_000);
    expect(fanOut.logged).toEqual(["deliver could not be invoked"]);
    invoker.deliver = () => Promise.reject(new Error("too many"));
    await expect(fanOut.run(() => deliver(fanOut.services, [emitTo("room", "news")]))).rejects.toThrow(
      "too many",
    );
  });
});

describe("who gets it", () => {
  test("the union of the rooms, each once, without the excepted rooms and sockets", async () => {
    const fanOut = new FanOut({ maxInlinePosts: 100 });
    fanOut.pageSize = 90;
    const a = fanOut.join(400, "a");
    const both = fanOut.join(400, "a", "b");
    const b = fanOut.join(400, "b");
    const excepted = fanOut.join(300, "a", "b", "quiet");
    const [first] = a;
    const except = ["quiet", first?.sid ?? ""];
    await delivered(fanOut, [emitTo(["a", "b"], "news", except)]);
    expect(reached(fanOut)).toEqual(idsOf([...a.slice(1), ...both, ...b]));
    expect(fanOut.posted).toHaveLength(1_199);
    expect(excepted.some(({ connectionId }) => fanOut.received().has(connectionId))).toBe(false);
  });

  test("of several emits each its own, in the order of the emits, also where another's is one socket", async () => {
    const fanOut = new FanOut({ maxInlinePosts: 100 });
    const a = fanOut.join(300, "a");
    const b = fanOut.join(300, "b", "a");
    const [one] = b;
    if (!one) throw new Error("expected a member");
    const socket = { ...one, namespace: "/", stamp: "", data: {}, rooms: {} };
    const alone: Emit = { target: { kind: "socket", socket }, frames: emitTo("a", "three").frames };
    const { counts } = await delivered(fanOut, [
      emitTo("a", "one"),
      emitTo("b", "two"),
      alone,
      emitTo("a", "four"),
    ]);
    const received = fanOut.received();
    expect(received.get(one.connectionId)).toEqual(['42["one"]', '42["two"]', '42["three"]', '42["four"]']);
    for (const { connectionId } of b.slice(1))
      expect(received.get(connectionId)).toEqual(['42["one"]', '42["two"]', '42["four"]']);
    for (const { connectionId } of a) expect(received.get(connectionId)).toEqual(['42["one"]', '42["four"]']);
    expect(counts.map(({ sent }) => sent)).toEqual([600, 300, 1, 600]);
  });

  test("two sockets of one connection that are posted to together get theirs in order", async () => {
    const fanOut = new FanOut();
    const [one] = fanOut.join(1, "a");
    if (!one) throw new Error("expected a member");
    fanOut.enter("b", [{ ...one, sid: "@zzzzzzzzzzzzzzzzzzzz" }]);
    const emits = [emitTo("b", "one"), emitTo("a", "two"), emitTo("b", "three")];
    await fanOut.run(() => deliver(fanOut.services, emits));
    expect(fanOut.received().get(one.connectionId)).toEqual(['42["one"]', '42["two"]', '42["three"]']);
  });

  test("those who are gone are handed to disconnect, who lacks something catches up, and all are counted", async () => {
    const fanOut = new FanOut({ maxInlinePosts: 100 });
    const members = fanOut.join(400, "room");
    const [gone, failed, unknown] = [members.slice(0, 30), members.slice(30, 50), members.slice(50, 60)];
    const outcomes = new Map([
      ...idsOf(gone).map((id) => [id, "gone"] as const),
      ...idsOf(failed).map((id) => [id, "failed"] as const),
      ...idsOf(unknown).map((id) => [id, "unknown"] as const),
    ]);
    fanOut.outcome = (id) => outcomes.get(id) ?? "sent";
    const { counts } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(counts).toEqual([{ recipients: 400, sent: 340, gone: 30, failed: 20, unknown: 10 }]);
    expect(fanOut.left.sort()).toEqual(idsOf(gone));
    expect(fanOut.caughtUp.sort()).toEqual(idsOf([...failed, ...unknown]));
  });
});

describe("an excepted room", () => {
  test("of any size costs no more than the few who get the event", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(10, "ten");
    fanOut.join(20_000, "many");
    fanOut.enter("many", members.slice(0, 4));
    await fanOut.run(() => deliver(fanOut.services, [emitTo("ten", "news", ["many"])]));
    expect(reached(fanOut)).toEqual(idsOf(members.slice(4)));
    expect(fanOut.reads).toEqual(["page of ten", "10 of many"]);
  });

  test("is read by pages while that is the cheaper way", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(800, "room");
    fanOut.enter("few", members.slice(0, 300));
    fanOut.join(100_000, "many");
    fanOut.enter("many", members.slice(300, 500));
    await fanOut.run(() => deliver(fanOut.services, [emitTo("room", "news", ["few", "many"])]));
    expect(reached(fanOut)).toEqual(idsOf(members.slice(500)));
    expect(fanOut.reads.filter((read) => read.endsWith("few"))).toEqual(["page of few"]);
    const [page, keys, ...rest] = fanOut.reads.filter((read) => read.endsWith("many"));
    expect([page, rest]).toEqual(["page of many", []]);
    expect(Number.parseInt(keys ?? "", 10)).toBeGreaterThan(700);
  });
});

describe("a worker", () => {
  test("that has no time left hands over to a successor, which goes on where it was", async () => {
    const fanOut = new FanOut();
    fanOut.timeoutMs = 25_000;
    const members = fanOut.join(100, "room");
    await fanOut.start([emitTo("room", "news")], { postsPerSecond: 2 });
    expect(fanOut.invoked.map(({ handOvers }) => handOvers)).toEqual([0, 1, 2, 3, 4]);
    expect(fanOut.posted).toHaveLength(100);
    expect(reached(fanOut)).toEqual(idsOf(members));
    const [share] = await fanOut.deliveries.progress("delivery");
    expect(share).toMatchObject({ isFinished: true, counts: [{ recipients: 100, sent: 100, unknown: 0 }] });
    expect(fanOut.logged).toEqual([]);
  });

  test("hands over a dozen times at most", async () => {
    const fanOut = new FanOut();
    fanOut.timeoutMs = 25_000;
    fanOut.join(400, "room");
    await fanOut.start([emitTo("room", "news")], { postsPerSecond: 2 });
    expect(fanOut.invoked).toHaveLength(13);
    expect(fanOut.logged).toEqual(["a share was given up: it takes too long"]);
  });

  test("that is invoked twice at once posts once: Lambda keeps the other for later", async () => {
    const fanOut = new FanOut();
    const members = fanOut.join(50, "room");
    const invoke = fanOut.invoke.bind(fanOut);
    fanOut.invoke = (event) => {
      invoke(event);
      invoke(event);
    };
    await fanOut.start([emitTo("room", "news")]);
    expect(fanOut.posted).toHaveLength(50);
    expect(reached(fanOut)).toEqual(idsOf(members));
    expect(fanOut.logged).toEqual(["Error: share 0 of delivery delivery is at another worker"]);
  });

  test("that fails lets the next one go on at once, and nothing is unknown", async () => {
    const fanOut = new FanOut();
    fanOut.pageSize = 20;
    fanOut.join(100, "room");
    const members = fanOut.rooms.get("room") ?? [];
    let failures = 0;
    const read = fanOut.deliveries.advance;
    Object.assign(fanOut.deliveries, {
      advance: async (...args: Parameters<typeof read>) => {
        const [, worker, { begunUpTo }] = args;
        if (failures === 0 && begunUpTo >= (members[45]?.sid ?? "") && worker.until > fanOut.now) {
          failures += 1;
          throw new Error("the table is away");
        }
        return read(...args);
      },
    });
    await fanOut.start([emitTo("room", "news")]);
    expect(fanOut.logged).toEqual(["Error: the table is away"]);
    const [share] = await fanOut.deliveries.progress("delivery");
    expect(share?.counts).toEqual([{ recipients: 100, sent: 100, gone: 0, failed: 0, unknown: 0 }]);
    expect(fanOut.posted).toHaveLength(100);
  });

  test("that is too slow loses its share to the next one: nobody has anything twice", async () => {
    const fanOut = new FanOut();
    fanOut.join(60, "room");
    let claims = 0;
    const { claim } = fanOut.deliveries;
    Object.assign(fanOut.deliveries, {
      claim: async (...[share, worker, start]: Parameters<typeof claim>) => {
        claims += 1;
        // The first one's time is over at once.
        return claim(share, claims === 1 ? { ...worker, until: fanOut.now } : worker, start);
      },
    });
    const invoke = fanOut.invoke.bind(fanOut);
    fanOut.invoke = (event) => {
      invoke(event);
      invoke(event);
    };
    await fanOut.start([emitTo("room", "news")]);
    expect(new Set(fanOut.posted.map(({ connectionId }) => connectionId)).size).toBe(fanOut.posted.length);
    expect(fanOut.posted).toHaveLength(60);
    expect(fanOut.logged).toEqual(["a share was taken over"]);
  });

  test("finds in the table what does not fit into an event", async () => {
    const fanOut = new FanOut();
    fanOut.join(1_500, "room");
    const large = { ...emitTo("room", "large"), frames: { "socket.io": ["é".repeat(65_000)], json: [""] } };
    await delivered(fanOut, [large, large, large]);
    expect(fanOut.invoked.every(({ delivery }) => delivery.emits === undefined)).toBe(true);
    expect(fanOut.posted).toHaveLength(4_500);
    expect(fanOut.posted.every(({ frame }) => frame === large.frames["socket.io"][0])).toBe(true);
  });

  test("refuses more events than it can count", async () => {
    const fanOut = new FanOut();
    fanOut.join(1_500, "room");
    const emits = Array.from({ length: 4_001 }, () => emitTo("room", "news"));
    await expect(fanOut.run(() => deliver(fanOut.services, emits))).rejects.toThrow(
      "expected at most 4000 events for many sockets at once, got 4001",
    );
  });

  test("refuses more than it can hold", async () => {
    const fanOut = new FanOut();
    fanOut.join(1_500, "room");
    const large = { ...emitTo("room", "large"), frames: { "socket.io": ["x".repeat(130_000)], json: [""] } };
    const emits = Array.from({ length: 40 }, () => large);
    await expect(fanOut.run(() => deliver(fanOut.services, emits))).rejects.toThrow(
      "data: expected at most 4194304 bytes of events for many sockets at once, got",
    );
  });
});

describe("pace", () => {
  /** The most posts that begin within any second. */
  function busiestSecond(fanOut: FanOut): number {
    const times = fanOut.posted.map(({ at }) => at).sort((one, other) => one - other);
    let first = 0;
    return times.reduce((most, at, last) => {
      while ((times[first] ?? 0) <= at - 1_000) first += 1;
      return Math.max(most, last - first + 1);
    }, 0);
  }

  test("all workers together keep to the rate, and near it", async () => {
    const fanOut = new FanOut({ postsPerSecond: 5_000 });
    fanOut.join(15_000, "room");
    await delivered(fanOut, [emitTo("room", "news")]);
    const last = Math.max(...fanOut.posted.map(({ at }) => at));
    expect(busiestSecond(fanOut)).toBeLessThanOrEqual(5_000 * 1.05);
    expect(last).toBeLessThanOrEqual(3_000 * 1.25 + 300);
  });

  test("a binary packet counts as its frames", async () => {
    const fanOut = new FanOut({ postsPerSecond: 1_000 });
    fanOut.join(600, "room");
    const frames = { "socket.io": ["header", "bone", "btwo"], json: ["{}"] };
    await delivered(fanOut, [{ ...emitTo("room", "x"), frames }]);
    expect(fanOut.posted).toHaveLength(1_800);
    expect(busiestSecond(fanOut)).toBeLessThanOrEqual(1_050);
  });

  test("a few refusals are tried again without slowing down", async () => {
    const fanOut = new FanOut({ postsPerSecond: 1_000 });
    fanOut.join(5_000, "room");
    let posts = 0;
    fanOut.outcome = () => (++posts % 100 === 0 ? "throttled" : "sent");
    const { counts } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(counts).toEqual([{ recipients: 5_000, sent: 5_000, gone: 0, failed: 0, unknown: 0 }]);
    expect(Math.max(...fanOut.posted.map(({ at }) => at))).toBeLessThan(6_000);
  });

  test("many slow it down, and it comes back", async () => {
    const fanOut = new FanOut({ postsPerSecond: 1_000 });
    fanOut.join(3_000, "room");
    const began = fanOut.now;
    let refused = 0;
    fanOut.outcome = () => {
      const isBusy = fanOut.now - began < 2_000 && Math.random() < 0.5;
      if (isBusy) refused += 1;
      return isBusy ? "throttled" : "sent";
    };
    const { counts } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(counts[0]?.sent).toBeGreaterThan(2_900);
    expect(refused).toBeLessThan(700);
  });

  test("one client that takes nothing holds up nobody, and fails", async () => {
    const fanOut = new FanOut({ postsPerSecond: 1_000 });
    const [stuck] = fanOut.join(2_000, "room");
    fanOut.outcome = (id) => (id === stuck?.connectionId ? "throttled" : "sent");
    const { counts } = await delivered(fanOut, [emitTo("room", "news")]);
    expect(counts).toEqual([{ recipients: 2_000, sent: 1_999, gone: 0, failed: 1, unknown: 0 }]);
    expect(Math.max(...fanOut.posted.map(({ at }) => at))).toBeLessThan(2_300);
  });
});

test("protected connections wait for their turns and hold up nobody else", async () => {
  const fanOut = new FanOut({ postsPerSecond: 1_000 });
  fanOut.turnsTakenForMs = 4_000;
  fanOut.join(1_500, "room");
  const protectedOnes = fanOut.join(60, "elsewhere").map((member) => ({ ...member, isProtected: true }));
  fanOut.enter("room", protectedOnes);
  const { counts } = await delivered(fanOut, [emitTo("room", "news")]);
  expect(counts).toEqual([{ recipients: 1_560, sent: 1_560, gone: 0, failed: 0, unknown: 0 }]);
  const ids = new Set(idsOf(protectedOnes));
  const others = fanOut.posted.filter(({ connectionId }) => !ids.has(connectionId));
  const lastOf = (posted: typeof fanOut.posted) => Math.max(...posted.map(({ at }) => at));
  expect(lastOf(others)).toBeLessThan(1_900);
  expect(lastOf(fanOut.posted)).toBeGreaterThanOrEqual(4_000);
});

test("the counts of all shares add up while workers are at it", async () => {
  const fanOut = new FanOut();
  fanOut.join(2_000, "room");
  const { handedOn } = await fanOut.run(async () => deliver(fanOut.services, [emitTo("room", "news")]));
  if (!handedOn) throw new Error("expected workers to deliver it");
  const { counts, pending, isFinished } = await fanOut.run(() =>
    untilDelivered(fanOut.services, handedOn, fanOut.now),
  );
  expect({ counts: sumOf(counts), pending, isFinished }).toMatchObject({
    counts: { recipients: 2_000, sent: 2_000 },
    pending: [0],
    isFinished: true,
  });
});
