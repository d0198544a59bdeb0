import { MAX_INLINE_POSTS } from "../../lambdas/aws/settings";
import { workersFor } from "../../lambdas/core/delivery/fan-out/handing-on";
import { DRAWN_OF } from "../../lambdas/core/limits/message-rate";
import { added, type Calls, callsOf, minus, type Operation, scaled } from "./calls";
import { lambdaMsOf, type Times } from "./times";

/** How fast all workers post together, unless the construct is told otherwise. */
const POSTS_PER_SECOND = 7_000;

/** Sizes that were counted. */
const INLINE_SIZE = 100;
const LARGE_SIZE = 1_300;

/** The caller reads so many members at most to see that there are more than it posts to, and workers all of them. */
const MOST_READ_TWICE = 2_000;

/**
 * An event of a client to a room in which `size` others are. Between and beyond the sizes that were counted
 * everything goes up evenly, though DynamoDB counts whole units.
 */
export function roomEvent(
  size: number,
  hasRecovery: boolean,
  times: Times,
): { readonly calls: Calls; readonly lambdaMs: number } {
  const counted = (operation: Operation) => callsOf(operation, hasRecovery);
  const packet = added(counted("toNobody"), scaled(counted("rateCount"), 1 / DRAWN_OF));
  if (size <= MAX_INLINE_POSTS) {
    const delivery = minus(counted("toHundred"), counted("toNobody"));
    const calls = added(packet, scaled(delivery, size / INLINE_SIZE));
    return { calls, lambdaMs: lambdaMsOf(calls, times) };
  }
  const delivery = minus(counted("toLarge"), counted("toNobody"));
  const workers = workersFor(POSTS_PER_SECOND, size);
  const calls = added(packet, {
    ...scaled(delivery, workers / workersFor(POSTS_PER_SECOND, LARGE_SIZE)),
    readUnits: delivery.readUnits * (membersReadOf(size) / membersReadOf(LARGE_SIZE)),
    posts: size,
  });
  const postingMs = workers * (size / POSTS_PER_SECOND) * 1_000;
  return { calls, lambdaMs: lambdaMsOf({ ...calls, posts: 0 }, times) + postingMs };
}

function membersReadOf(size: number): number {
  return Math.min(size, MOST_READ_TWICE) + size;
}
