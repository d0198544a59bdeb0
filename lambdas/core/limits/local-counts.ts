/** So many are some megabytes. */
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly startsAt: number;
  readonly count: number;
}

/** What one environment has counted by itself: exact, but only of what came its way. */
export class LocalCounts {
  readonly #entries = new Map<string, Entry>();

  /** How many there are in the window that starts then. */
  of(id: string, startsAt: number): number {
    const entry = this.#entries.get(id);
    return entry?.startsAt === startsAt ? entry.count : 0;
  }

  /** Counts one more, and answers how many there are. */
  add(id: string, startsAt: number): number {
    return this.raise(id, startsAt, this.of(id, startsAt) + 1);
  }

  /** Takes over what others have counted, where that is more; answers how many there are. */
  raise(id: string, startsAt: number, to: number): number {
    const count = Math.max(to, this.of(id, startsAt));
    // Windows begin at the same time for everybody, so that most of what is forgotten is over.
    if (this.#entries.size >= MAX_ENTRIES && !this.#entries.has(id)) this.#entries.clear();
    this.#entries.set(id, { startsAt, count });
    return count;
  }
}
