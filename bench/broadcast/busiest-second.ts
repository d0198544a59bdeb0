const WINDOW_MS = 1_000;

/** How many there were in the busiest second, whenever it began. */
export class BusiestSecond {
  /** By millisecond, of the last second. */
  readonly #counts = new Uint32Array(WINDOW_MS);
  #now = 0;
  #sum = 0;
  #most = 0;

  get most(): number {
    return this.#most;
  }

  /** `now` in milliseconds. */
  add(now: number, times = 1): void {
    this.#forgetUntil(Math.floor(now));
    this.#counts[this.#now % WINDOW_MS] = (this.#counts[this.#now % WINDOW_MS] ?? 0) + times;
    this.#sum += times;
    this.#most = Math.max(this.#most, this.#sum);
  }

  #forgetUntil(now: number): void {
    if (now - this.#now >= WINDOW_MS) {
      this.#counts.fill(0);
      this.#sum = 0;
      this.#now = now;
    }
    while (this.#now < now) {
      this.#now += 1;
      this.#sum -= this.#counts[this.#now % WINDOW_MS] ?? 0;
      this.#counts[this.#now % WINDOW_MS] = 0;
    }
  }
}
