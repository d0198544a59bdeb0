import { batchesOf } from "../../batches";
import type { DeliverEvent } from "../../internal-events";
import type { DeliveryServices } from "../../services";

/** Invocations that one Lambda starts at once: more of them take longer than another level of the tree. */
const MAX_STARTS = 32;

/**
 * Invokes workers for the shares, one each; where they are many, each of those invoked starts some of the others.
 * Answers how many shares are without a worker.
 *
 * @throws when that is all of them.
 */
export async function startWorkers(
  { invoker, log }: Pick<DeliveryServices, "invoker" | "log">,
  event: Omit<DeliverEvent, "shares">,
  shares: readonly number[],
): Promise<number> {
  const groups = batchesOf(shares, Math.ceil(shares.length / MAX_STARTS));
  const outcomes = await Promise.allSettled(
    groups.map((group) => invoker.deliver({ ...event, shares: [...group] })),
  );
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === "rejected" ? [{ reason: outcome.reason as unknown, group: groups[index] ?? [] }] : [],
  );
  const [first] = failures;
  if (!first) return 0;
  if (failures.length === groups.length) throw first.reason;
  const lost = failures.flatMap(({ group }) => group);
  log.error("deliver could not be invoked", {
    deliveryId: event.delivery.id,
    shares: lost,
    error: first.reason,
  });
  return lost.length;
}
