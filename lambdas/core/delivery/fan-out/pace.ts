import type { Clock } from "../../ports";

/** What a stalled process may catch up on: the account's limit is one of every second. */
const MAX_BURST_MS = 40;

/** Of the full rate: what a refusal costs, what each second gives back, and what is left at least. */
const DECREASE = 0.7;
const INCREASE_PER_SECOND = 0.05;
const LEAST = 0.02;

/**
 * Posts are looked at together: a client that does not take its own is refused, too, and must not slow down
 * all others.
 */
const WINDOW_MS = 200;
const MAX_REFUSED = 0.05;
const MIN_REFUSALS = 3;

/**
 * Lets posts begin at an even rate, in the order in which they asked. The rate falls when API Gateway refuses
 * posts, since others use the account, too, and rises again step by step, never above the full one.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #fullPerMs: number;
  #perMs: number;
  #nextAt: number;
  #changedAt: number;
  #windowEndsAt = 0;
  #refusals = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock, postsPerSecond: number) {
    this.#clock = clock;
    this.#fullPerMs = postsPerSecond / 1_000;
    this.#perMs = this.#fullPerMs;
    this.#changedAt = clock.now();
    this.#nextAt = this.#changedAt;
  }

  /** Resolves when so many posts may begin. */
  turn(posts: number): Promise<void> {
    this.#last = this.#last.then(() => this.#take(posts));
    return this.#last;
  }

  /** A post was refused. Many at once slow down the next, once. */
  refused(): void {
    const now = this.#clock.now();
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + WINDOW_MS;
      this.#refusals = 0;
    }
    this.#refusals += 1;
    const many = Math.max(MIN_REFUSALS, Math.ceil(MAX_REFUSED * this.#perMs * WINDOW_MS));
    if (this.#refusals < many) return;
    this.#refusals = Number.NEGATIVE_INFINITY;
    this.#perMs = Math.max(this.#perMs * DECREASE, this.#fullPerMs * LEAST);
    this.#changedAt = now;
  }

  async #take(posts: number): Promise<void> {
    for (let now = this.#clock.now(); now < this.#nextAt; now = this.#clock.now()) {
      await this.#clock.pause(this.#nextAt - now);
    }
    const now = this.#clock.now();
    this.#speedUp(now);
    this.#nextAt = Math.max(this.#nextAt, now - MAX_BURST_MS) + posts / this.#perMs;
  }

  #speedUp(now: number): void {
    if (this.#perMs === this.#fullPerMs) return;
    const gained = ((now - this.#changedAt) / 1_000) * INCREASE_PER_SECOND * this.#fullPerMs;
    this.#perMs = Math.min(this.#fullPerMs, this.#perMs + gained);
    this.#changedAt = now;
  }
}
