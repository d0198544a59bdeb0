/** Of so many writes one may be done a second time, and so many are saved up. */
const SHARE = 0.1;
const SAVED = 3;

/**
 * How often one Lambda environment may write an event anew that was written late. A table that throttles is late
 * with every one: written again and again, they would keep it from ever coming to itself.
 */
export class SecondWrites {
  #left = SAVED;

  earn(): void {
    this.#left = Math.min(SAVED, this.#left + SHARE);
  }

  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
