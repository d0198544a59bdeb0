import { forEachConcurrently } from "../../lambdas/core/concurrency";

const ITEMS = Array.from({ length: 20 }, (_, index) => index);

describe("work on many items, four at once", () => {
  test("is done for each of them once, never more at once", async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await forEachConcurrently(ITEMS, 4, async (item) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      done.push(item);
    });
    expect(done).toEqual(ITEMS);
    expect(most).toBe(4);
  });

  test("is tried for all of them, however many fail, and then rejects with the first failure", async () => {
    const tried: number[] = [];
    const work = forEachConcurrently(ITEMS, 4, async (item) => {
      tried.push(item);
      if (item % 2 === 1) throw new Error(`${item} failed`);
    });
    await expect(work).rejects.toThrow(new Error("1 failed"));
    expect(tried).toEqual(ITEMS);
  });

  test("rejects with what an item failed with, whatever that is", async () => {
    const work = forEachConcurrently(ITEMS, 4, () => Promise.reject(undefined));
    await expect(work).rejects.toBeUndefined();
  });
});
