import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";

const LEASE = { leaseMs: 30_000, ttlSeconds: 3_600 };
const FIRST = { id: "first", key: "order-1042" };
const SECOND = { ...FIRST, id: "second" };

/** What the core relies on of a `SeenStore`. */
export function seenContract(setUp: SetUp): void {
  describe("events that are done once", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    it("are claimed by one of many at once", async () => {
      const attempts = Array.from({ length: 10 }, (_, index) => ({ ...FIRST, id: String(index) }));
      const outcomes = await Promise.all(attempts.map((attempt) => stores.seen.claim(attempt, LEASE)));
      expect(outcomes.filter(({ status }) => status === "claimed")).toHaveLength(1);
      expect(outcomes.filter(({ status }) => status === "running")).toHaveLength(9);
    });

    it("are claimed by the same attempt as often as it asks: the answer may have been lost", async () => {
      await stores.seen.claim(FIRST, LEASE);
      expect(await stores.seen.claim(FIRST, LEASE)).toEqual({ status: "claimed" });
    });

    it("answer every later attempt as the one that did them, Buffers as Buffers", async () => {
      await stores.seen.claim(FIRST, LEASE);
      const answer = ["paid", { receipt: Buffer.from([0, 255]), lines: [] }, null, { base64: "aGVsbG8=" }];
      expect(await stores.seen.finish(FIRST, answer)).toBe(true);
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "done", answer });
      expect(await stores.seen.claim(FIRST, LEASE)).toEqual({ status: "done", answer });
    });

    it("answer what a client would have been sent", async () => {
      await stores.seen.claim(FIRST, LEASE);
      const toJSON = () => "as it says";
      await stores.seen.finish(FIRST, [{ toJSON }, { kept: 1, left: () => {} }, new Uint8Array([7])]);
      const answer = ["as it says", { kept: 1 }, Buffer.from([7])];
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "done", answer });
    });

    it("are done without their answer when it is larger than 16 KB", async () => {
      await stores.seen.claim(FIRST, LEASE);
      await stores.seen.finish(FIRST, ["x".repeat(16_380)]);
      expect(await stores.seen.claim(SECOND, LEASE)).toMatchObject({ answer: [expect.any(String)] });
      const other = { id: "other", key: "larger" };
      await stores.seen.claim(other, LEASE);
      await stores.seen.finish(other, ["x".repeat(16_381)]);
      expect(await stores.seen.claim({ ...other, id: "again" }, LEASE)).toEqual({
        status: "done",
        answer: [],
      });
    });

    it("are free again when the attempt failed", async () => {
      await stores.seen.claim(FIRST, LEASE);
      await stores.seen.release(FIRST);
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "claimed" });
    });

    it("are not given up by another's failure, nor when they are done", async () => {
      await stores.seen.claim(FIRST, LEASE);
      await stores.seen.release(SECOND);
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "running" });
      await stores.seen.finish(FIRST, []);
      await stores.seen.release(FIRST);
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "done", answer: [] });
    });

    it("are another attempt's when the claim has lapsed, and the late one hears so", async () => {
      await stores.seen.claim(FIRST, LEASE);
      clock.now += LEASE.leaseMs - 1;
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "running" });
      clock.now += 1;
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "claimed" });
      expect(await stores.seen.finish(FIRST, ["late"])).toBe(false);
      expect(await stores.seen.finish(SECOND, ["mine"])).toBe(true);
      expect(await stores.seen.claim(FIRST, LEASE)).toEqual({ status: "done", answer: ["mine"] });
    });

    it("are forgotten when their time is over, whether or not the item is gone", async () => {
      await stores.seen.claim(FIRST, LEASE);
      await stores.seen.finish(FIRST, ["done"]);
      clock.now += LEASE.ttlSeconds * 1_000 - 1_000;
      expect(await stores.seen.claim(SECOND, LEASE)).toMatchObject({ status: "done" });
      clock.now += 1_000;
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "claimed" });
      expect(await stores.seen.finish(SECOND, ["again"])).toBe(true);
    });

    it("hold a claim longer than they are known when that is shorter", async () => {
      await stores.seen.claim(FIRST, { leaseMs: 30_000, ttlSeconds: 1 });
      clock.now += 2_000;
      expect(await stores.seen.claim(SECOND, LEASE)).toEqual({ status: "running" });
    });
  });
}
