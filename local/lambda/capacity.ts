import type { Capacity, EnvironmentPool } from "./pool";

/**
 * Keeps the processes of all functions under a limit. A function without any may always start one, so that
 * functions which invoke each other cannot wait for each other's places.
 */
export class SharedCapacity implements Capacity {
  private readonly pools = new Set<EnvironmentPool>();
  /** Pools that were refused a place and still want one. */
  private readonly starved = new Set<EnvironmentPool>();
  private taken = 0;

  constructor(
    readonly maxPerFunction: number,
    private readonly max: number,
  ) {}

  take(pool: EnvironmentPool): boolean {
    this.pools.add(pool);
    const isFull = this.taken >= this.max && pool.size > 0 && !this.reclaim(pool);
    if (isFull) this.starved.add(pool);
    else this.taken++;
    return !isFull;
  }

  free(): void {
    this.taken--;
    this.offer();
  }

  /** Later: within `reclaim` the place is already promised to the pool that asked for it. */
  offer(): void {
    if (this.starved.size === 0) return;
    const starved = [...this.starved];
    this.starved.clear();
    setImmediate(() => {
      for (const pool of starved) pool.drain();
    });
  }

  forget(pool: EnvironmentPool): void {
    this.pools.delete(pool);
    this.starved.delete(pool);
  }

  /** Of the function that had nothing to do for the longest time. */
  private reclaim(forPool: EnvironmentPool): boolean {
    const others = [...this.pools].filter((pool) => pool !== forPool);
    return others.sort((one, other) => one.usedAt - other.usedAt).some((pool) => pool.yieldOne());
  }
}
