import type { HeartbeatRuns, LivenessStore } from "../../lambdas/core/ports";
import type { Liveness, Stamp } from "../../lambdas/core/records";

const LIFETIME_MS = 130 * 60_000;

/** The heartbeat's list over a Map; what `ConnectionStore` does to it, `MemoryStores` does. */
export class MemoryLiveness implements LivenessStore {
  readonly records = new Map<string, Liveness>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async *all(): AsyncGenerator<readonly Liveness[]> {
    yield [...this.records.values()].filter(({ connectedAt }) => this.#now() < connectedAt + LIFETIME_MS);
  }

  async greet(connectionId: string): Promise<boolean> {
    const isClosing = this.records.get(connectionId)?.closedAt !== undefined;
    return !isClosing && this.change(connectionId, { greetedAt: this.#now() });
  }

  async isGreeted(connectionId: string): Promise<boolean> {
    return this.records.get(connectionId)?.greetedAt !== undefined;
  }

  async see(connectionId: string): Promise<void> {
    const known = this.records.get(connectionId);
    if (known?.pingedAt === undefined || known.seen !== undefined) return;
    this.change(connectionId, { seen: this.#now() });
  }

  async admit(connectionId: string, tokenExpiresAt?: number): Promise<void> {
    const known = this.records.get(connectionId)?.tokenExpiresAt;
    const expiries = [known, tokenExpiresAt].filter((one) => one !== undefined);
    const earliest = expiries.length === 0 ? undefined : Math.min(...expiries);
    this.change(connectionId, { admittedAt: this.#now(), tokenExpiresAt: earliest });
  }

  async replace(current: Liveness, next: Liveness): Promise<boolean> {
    const stored = this.records.get(current.connectionId);
    if (!stored || (!isSame(stored, current) && !isSame(stored, next))) return false;
    this.records.set(current.connectionId, next);
    return true;
  }

  /** Answers whether it is on the list. */
  close(connectionId: string): boolean {
    return this.change(connectionId, { closedAt: this.records.get(connectionId)?.closedAt ?? this.#now() });
  }

  change(connectionId: string, fields: Partial<Liveness>): boolean {
    const record = this.records.get(connectionId);
    if (record) this.records.set(connectionId, { ...record, ...fields });
    return record !== undefined;
  }
}

export class MemoryRuns implements HeartbeatRuns {
  #latest: Stamp = "";

  async begin(stamp: Stamp): Promise<boolean> {
    if (this.#latest > stamp) return false;
    this.#latest = stamp;
    return true;
  }

  async isLatest(stamp: Stamp): Promise<boolean> {
    return this.#latest === stamp;
  }
}

function isSame(one: Liveness, other: Liveness): boolean {
  return (["greetedAt", "admittedAt", "pingedAt", "seen", "tokenExpiresAt", "closedAt"] as const).every(
    (name) => one[name] === other[name],
  );
}
