import { SharedCapacity } from "../../local/lambda/capacity";
import type { EnvironmentPool } from "../../local/lambda/pool";

/** As much of a pool as the capacity sees. */
class Pool {
  size = 0;
  idle = 0;
  usedAt = 0;
  drained: () => void = () => undefined;

  yieldOne(): boolean {
    if (this.size < 2 || this.idle === 0) return false;
    this.idle--;
    this.size--;
    return true;
  }

  drain(): void {
    this.drained();
  }

  /** The capacity uses nothing else of a pool. */
  get asPool(): EnvironmentPool {
    return this as unknown as EnvironmentPool;
  }
}

it("always lets a function have its first environment", () => {
  const capacity = new SharedCapacity(5, 0);
  expect(capacity.take(new Pool().asPool)).toBe(true);
});

it("offers what becomes idle to the function that was refused a place", async () => {
  const capacity = new SharedCapacity(5, 2);
  const [busy, waiting] = [new Pool(), new Pool()];
  for (const _place of [1, 2]) expect(capacity.take(busy.asPool)).toBe(true);
  busy.size = 2;
  waiting.size = 1;
  expect(capacity.take(waiting.asPool)).toBe(false);
  const drained = new Promise<void>((resolve) => {
    waiting.drained = resolve;
  });
  busy.idle = 1;
  capacity.offer();
  await drained;
  expect(busy.yieldOne()).toBe(true);
});
