import { mergePages } from "../../../lambdas/aws/dynamodb/merge-pages";

async function* pagesOf(...pages: readonly string[]): AsyncGenerator<string> {
  for (const page of pages) yield page;
}

async function collect(pages: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

describe("merged pages", () => {
  it("are all pages of all sources", async () => {
    const merged = await collect(mergePages([pagesOf("a", "b"), pagesOf(), pagesOf("c")]));
    expect(merged.sort()).toEqual(["a", "b", "c"]);
    expect(await collect(mergePages([]))).toEqual([]);
  });

  it("do not wait for the slowest source", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slow() {
      await released;
      yield "late";
    }
    const merged = mergePages([slow(), pagesOf("early")]);
    expect((await merged.next()).value).toBe("early");
    release();
    expect((await merged.next()).value).toBe("late");
  });

  it("fail with the source that fails, also while a page is being used, and end the others", async () => {
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) yield "page";
      } finally {
        isEnded = true;
      }
    }
    async function* failing() {
      yield "page";
      throw new Error("outage");
    }
    const merged = mergePages([failing(), endless()]);
    await merged.next();
    // A failure that nobody looks at in this turn must not count as unhandled: that would end the process.
    await new Promise(setImmediate);
    await expect(collect(merged)).rejects.toThrow("outage");
    expect(isEnded).toBe(true);
  });
});
