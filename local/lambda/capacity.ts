import type { Capacity, EnvironmentPool } from "./pool";

/**
 * Keeps the processes of all functions under a limit. A function without any may always start one, so that
 * functions which invoke each other cannot wait for each other's places.
 */
export class SharedCapacity implements Capacity {
  private readonly pools = new Set<EnvironmentPool>();
  private taken = 0;

  constructor(
    readonly maxPerFunction: number,
    private readonly max: number,
  ) {}

  take(pool: EnvironmentPool): boolean {
    this.pools.add(pool);
    const isFull = this.taken >= this.max && pool.size > 0 && !this.reclaim(pool);
    if (isFull) return false;
    this.taken++;
    return true;
  }

  free(): void {
    this.taken--;
    // Later: within `reclaim` the place is already promised to the pool that asked for it.
    setImmediate(() => {
      for (const pool of this.pools) pool.drain();
    });
  }

  private reclaim(forPool: EnvironmentPool): boolean {
    return [...this.pools].some((pool) => pool !== forPool && pool.yieldOne());
  }
}
