import type { DeliveryServices } from "../../services";
import { type DeliveryCount, NOBODY, sumOf } from "../delivery-count";
import type { ShareProgress } from "../ports";
import type { HandedOn } from "./handing-on";

/** A poll reads all shares of the delivery. */
const POLLS_MS = [50, 100, 200, 400] as const;
const LAST_POLL_MS = 1_000;

/** By emit. `pending`: about how many are still to come; none of them when `isFinished`. */
export interface Waited {
  readonly isFinished: boolean;
  readonly counts: readonly DeliveryCount[];
  readonly pending: readonly number[];
}

/** Waits until the workers have done all that could be handed on, or `until` (milliseconds since the epoch). */
export async function untilDelivered(
  services: Pick<DeliveryServices, "deliveries" | "clock">,
  handedOn: HandedOn,
  until: number,
): Promise<Waited> {
  const { deliveries, clock } = services;
  for (let poll = 0; ; poll += 1) {
    const shares = await deliveries.progress(handedOn.deliveryId);
    const isFinished = shares.filter((share) => share.isFinished).length >= handedOn.shares;
    const leftMs = until - clock.now();
    if (isFinished || leftMs <= 0) return waited(handedOn, shares, isFinished);
    await clock.pause(Math.min(leftMs, POLLS_MS[poll] ?? LAST_POLL_MS));
  }
}

/** What has begun and is not known yet is pending: its worker may still say. */
function waited({ estimates }: HandedOn, shares: readonly ShareProgress[], isFinished: boolean): Waited {
  const counts = estimates.map((_, emit) => settled(shares.map((share) => share.counts[emit] ?? NOBODY)));
  const left = (estimate: number, emit: number) => Math.max(0, estimate - (counts[emit]?.recipients ?? 0));
  return { isFinished, counts, pending: isFinished ? estimates.map(() => 0) : estimates.map(left) };
}

function settled(counts: readonly DeliveryCount[]): DeliveryCount {
  const { sent, gone, failed, unknown } = sumOf(counts);
  return { recipients: sent + gone + failed + unknown, sent, gone, failed, unknown };
}
