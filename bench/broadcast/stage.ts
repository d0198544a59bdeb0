import { BusiestSecond } from "./busiest-second";
import { randomNumbers } from "./random-numbers";
import { TokenBucket } from "./token-bucket";

/** How a stage behaves from now on. */
export interface StageProps {
  readonly connections: number;
  /** Of the account. */
  readonly perSecond: number;
  readonly burst: number;
  readonly postMs: number;
  readonly faults: Faults;
}

/** Of all posts, from 0 to 1. */
export interface Faults {
  readonly refused: number;
  readonly gone: number;
  /** Of the TCP connection, while it is idle: not a byte of a post was read. */
  readonly resetIdle: number;
  /** When the post was read, and nothing done about it. */
  readonly resetBefore: number;
  /** When the frame was taken. */
  readonly resetAfter: number;
}

export const NO_FAULTS: Faults = { refused: 0, gone: 0, resetIdle: 0, resetBefore: 0, resetAfter: 0 };

/** What becomes of a post, and of the TCP connection that it came over. */
export type Fate = "taken" | "taken, then reset idle" | "refused" | "gone" | "reset before" | "reset after";

export interface StageReport {
  /** By fate. */
  readonly posts: Readonly<Record<Fate, number>>;
  /** In the busiest second, refused ones included. */
  readonly peakArrivalsPerSecond: number;
  /** Connections that got the frame more than once. */
  readonly doubled: number;
  /** The numbers of those that never got it. */
  readonly missing: readonly number[];
  /** When the last one that was taken was answered; milliseconds since the epoch. */
  readonly lastAnsweredAt: number;
}

const SEED = 4;

/** API Gateway as its clients know it: who was posted what, and how often. */
export class Stage {
  readonly #faults: Faults;
  readonly #bucket: TokenBucket;
  readonly #busiest = new BusiestSecond();
  readonly #random = randomNumbers(SEED);
  /** By connection, how often the frame was taken for it. */
  readonly #taken: Uint8Array;
  readonly #posts: Record<Fate, number> = {
    taken: 0,
    "taken, then reset idle": 0,
    refused: 0,
    gone: 0,
    "reset before": 0,
    "reset after": 0,
  };
  lastAnsweredAt = 0;

  constructor({ connections, perSecond, burst, faults }: StageProps, now: number) {
    this.#faults = faults;
    this.#bucket = new TokenBucket({ perSecond, burst }, now);
    this.#taken = new Uint8Array(connections);
  }

  /** `now` in milliseconds. */
  post(connection: number, now: number): Fate {
    this.#busiest.add(now);
    const fate = this.#bucket.take(now) ? this.#draw() : "refused";
    this.#posts[fate] += 1;
    if (isTaken(fate)) this.#taken[connection] = (this.#taken[connection] ?? 0) + 1;
    return fate;
  }

  get report(): StageReport {
    const missing: number[] = [];
    let doubled = 0;
    for (const [connection, times] of this.#taken.entries()) {
      if (times === 0) missing.push(connection);
      if (times > 1) doubled += 1;
    }
    const { lastAnsweredAt } = this;
    const peakArrivalsPerSecond = this.#busiest.most;
    return { posts: this.#posts, peakArrivalsPerSecond, doubled, missing, lastAnsweredAt };
  }

  #draw(): Fate {
    const { refused, gone, resetIdle, resetBefore, resetAfter } = this.#faults;
    const limits: readonly (readonly [Fate, number])[] = [
      ["refused", refused],
      ["gone", gone],
      ["taken, then reset idle", resetIdle],
      ["reset before", resetBefore],
      ["reset after", resetAfter],
    ];
    let left = this.#random();
    for (const [fate, share] of limits) {
      if (left < share) return fate;
      left -= share;
    }
    return "taken";
  }
}

export function isTaken(fate: Fate): boolean {
  return fate === "taken" || fate === "taken, then reset idle" || fate === "reset after";
}
