import type { Clock } from "../../core/ports";
import type { Exchange } from "../http/exchange";
import { type Attempt, attemptOf } from "./attempt";

/** A connection answers 410 until `$connect` has returned, and for an unknown moment after that. */
const NEWBORN_MS = [50, 100, 200, 400];

const FIRST_MS = 50;
const LONGEST_MS = 800;

/** How long to wait before the next attempt; `undefined` when the last one stands. */
export type RetryRule = (attempt: Attempt, retry: number, elapsedMs: number) => number | undefined;

/** Goes on from a first exchange, until one stands. */
export async function repeat(
  clock: Clock,
  first: Exchange,
  again: () => Promise<Exchange>,
  rule: RetryRule,
): Promise<Exchange> {
  const begunAt = clock.now();
  let exchange = first;
  for (let retry = 0; ; retry += 1) {
    const waitMs = rule(attemptOf(exchange), retry, clock.now() - begunAt);
    if (waitMs === undefined) return exchange;
    await clock.pause(waitMs);
    exchange = await again();
  }
}

/** With jitter: those who were refused together should not come back together. `undefined`: no time is left. */
export function backOffMs(retry: number, remainingMs: number): number | undefined {
  const waitMs = Math.min(FIRST_MS * 2 ** retry, LONGEST_MS) * (0.5 + Math.random());
  return waitMs < remainingMs ? waitMs : undefined;
}

export function newbornMs(retry: number): number | undefined {
  return NEWBORN_MS[Math.min(retry, NEWBORN_MS.length - 1)];
}
