import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { ShareProgress } from "../../../lambdas/core/delivery/ports";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";

const SHARE = { deliveryId: "delivery", index: 3 };
const START: ShareProgress = {
  begunUpTo: "@a",
  doneUpTo: "@a",
  counts: [{ recipients: 0, sent: 0, gone: 0, failed: 0, unknown: 0 }],
  isFinished: false,
};
const FURTHER: ShareProgress = {
  begunUpTo: "@c",
  doneUpTo: "@b",
  counts: [{ recipients: 7, sent: 3, gone: 1, failed: 1, unknown: 1 }],
  isFinished: false,
};

/** What the core relies on of a `DeliveryStore`. */
export function deliveryContract(setUp: SetUp): void {
  describe("deliveries", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    const worker = (id: string, ms = 1_000) => ({ id, until: clock.now + ms });

    it("give a share to one of many workers at once", async () => {
      const claims = Array.from({ length: 10 }, (_, index) =>
        stores.deliveries.claim(SHARE, worker(String(index)), START),
      );
      const statuses = (await Promise.all(claims)).map(({ status }) => status);
      expect(statuses.filter((status) => status === "claimed")).toHaveLength(1);
      expect(statuses.filter((status) => status === "busy")).toHaveLength(9);
    });

    it("give it to the same worker as often as it asks: the answer may have been lost", async () => {
      await stores.deliveries.claim(SHARE, worker("one"), START);
      const claimed = { status: "claimed", progress: START };
      expect(await stores.deliveries.claim(SHARE, worker("one"), START)).toEqual(claimed);
    });

    it("go on with the next worker where the last one was, when its time is over", async () => {
      await stores.deliveries.claim(SHARE, worker("one"), START);
      expect(await stores.deliveries.advance(SHARE, worker("one"), FURTHER)).toBe(true);
      clock.now += 999;
      expect(await stores.deliveries.claim(SHARE, worker("two"), START)).toEqual({ status: "busy" });
      clock.now += 1;
      const claimed = { status: "claimed", progress: FURTHER };
      expect(await stores.deliveries.claim(SHARE, worker("two"), START)).toEqual(claimed);
    });

    it("tell a worker that was too slow, and forget what it says", async () => {
      await stores.deliveries.claim(SHARE, worker("one", 0), START);
      await stores.deliveries.claim(SHARE, worker("two"), START);
      expect(await stores.deliveries.advance(SHARE, worker("one"), FURTHER)).toBe(false);
      expect(await stores.deliveries.progress(SHARE.deliveryId)).toEqual([START]);
      expect(await stores.deliveries.advance(SHARE, worker("nobody"), FURTHER)).toBe(false);
    });

    it("prolong a worker's time, and end it", async () => {
      await stores.deliveries.claim(SHARE, worker("one"), START);
      clock.now += 900;
      await stores.deliveries.advance(SHARE, worker("one"), START);
      clock.now += 900;
      expect(await stores.deliveries.claim(SHARE, worker("two"), START)).toEqual({ status: "busy" });
      await stores.deliveries.advance(SHARE, worker("one", 0), FURTHER);
      expect(await stores.deliveries.claim(SHARE, worker("two"), START)).toMatchObject({ progress: FURTHER });
    });

    it("never go back, for a request that arrives late", async () => {
      await stores.deliveries.claim(SHARE, worker("one"), START);
      await stores.deliveries.advance(SHARE, worker("one"), FURTHER);
      expect(await stores.deliveries.advance(SHARE, worker("one"), START)).toBe(false);
      const finished = { ...FURTHER, isFinished: true };
      expect(await stores.deliveries.advance(SHARE, worker("one"), finished)).toBe(true);
      expect(await stores.deliveries.advance(SHARE, worker("one"), FURTHER)).toBe(false);
      expect(await stores.deliveries.progress(SHARE.deliveryId)).toEqual([finished]);
    });

    it("give a finished share to nobody", async () => {
      await stores.deliveries.claim(SHARE, worker("one"), START);
      await stores.deliveries.advance(SHARE, worker("one", 0), { ...FURTHER, isFinished: true });
      clock.now += 60_000;
      for (const id of ["one", "two"])
        expect(await stores.deliveries.claim(SHARE, worker(id), START)).toEqual({ status: "finished" });
    });

    it("know the progress of all shares that were claimed, and of no other delivery's", async () => {
      expect(await stores.deliveries.progress(SHARE.deliveryId)).toEqual([]);
      for (const index of [2, 10, 1_023])
        await stores.deliveries.claim({ ...SHARE, index }, worker("one"), {
          ...START,
          begunUpTo: `@${index}`,
        });
      await stores.deliveries.claim({ deliveryId: "other", index: 0 }, worker("one"), START);
      const begun = (await stores.deliveries.progress(SHARE.deliveryId)).map(({ begunUpTo }) => begunUpTo);
      expect(begun.sort()).toEqual(["@10", "@1023", "@2"]);
    });

    it("keep what does not fit into an event, of any size", async () => {
      expect(await stores.deliveries.content("delivery")).toBeUndefined();
      const content = "é🙂".repeat(300_000);
      await stores.deliveries.keep("delivery", content);
      await stores.deliveries.keep("other", "{}");
      await stores.deliveries.claim(SHARE, worker("one"), START);
      expect((await stores.deliveries.content("delivery")) === content).toBe(true);
      expect(await stores.deliveries.content("other")).toBe("{}");
    });
  });
}
