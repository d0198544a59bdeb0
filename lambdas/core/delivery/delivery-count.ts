import type { PostOutcome } from "../ports";

/**
 * What became of one emit. `recipients` is the sum of the others. `unknown`: nobody can know whether it
 * arrived, and it was not sent again.
 */
export interface DeliveryCount {
  readonly recipients: number;
  readonly sent: number;
  readonly gone: number;
  readonly failed: number;
  readonly unknown: number;
}

type Counting = { -readonly [Key in keyof DeliveryCount]: DeliveryCount[Key] };

const COUNTED_AS = {
  sent: "sent",
  gone: "gone",
  throttled: "failed",
  failed: "failed",
  unknown: "unknown",
} as const satisfies Record<PostOutcome, keyof DeliveryCount>;

export const NOBODY: DeliveryCount = { recipients: 0, sent: 0, gone: 0, failed: 0, unknown: 0 };

export function sumOf(counts: readonly DeliveryCount[]): DeliveryCount {
  const sum: Counting = { ...NOBODY };
  for (const count of counts) {
    sum.recipients += count.recipients;
    sum.sent += count.sent;
    sum.gone += count.gone;
    sum.failed += count.failed;
    sum.unknown += count.unknown;
  }
  return sum;
}

/** Those whose posts began and of which nothing more was heard. */
export function withUnknownRest(count: DeliveryCount): DeliveryCount {
  const { recipients, sent, gone, failed } = count;
  return { ...count, unknown: recipients - sent - gone - failed };
}

/** The counts of a delivery's emits, by their index. A recipient is counted before its outcome is known. */
export class Tally {
  readonly #counts: Counting[];

  constructor(counts: readonly DeliveryCount[]) {
    this.#counts = counts.map((count) => ({ ...count }));
  }

  static of(emits: number): Tally {
    return new Tally(Array.from({ length: emits }, () => NOBODY));
  }

  get counts(): DeliveryCount[] {
    return this.#counts.map((count) => ({ ...count }));
  }

  expect(emit: number): void {
    const count = this.#counts[emit];
    if (count) count.recipients += 1;
  }

  settle(emit: number, outcome: PostOutcome): void {
    const count = this.#counts[emit];
    if (count) count[COUNTED_AS[outcome]] += 1;
  }
}
