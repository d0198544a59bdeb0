import { randomUUID } from "node:crypto";
import { type DeliverEvent, EVENT_VERSION } from "../../internal-events";
import type { DeliveryServices } from "../../services";
import { type DeliveryCount, NOBODY } from "../delivery-count";
import type { Emit } from "../recipients";
import { type Content, pack } from "./content";
import { startWorkers } from "./starting";

/** What a worker does with half of a Lambda's CPU, and about as many posts are worth a worker's start. */
const POSTS_PER_SECOND_AND_WORKER = 1_000;
const POSTS_WORTH_A_WORKER = 500;

/** A tree of two levels: each of the first starts its own others. */
const MAX_WORKERS = 1_024;

/** A delivery that workers do. */
export interface HandedOn {
  readonly deliveryId: string;
  /** About how many get each emit, by its index. */
  readonly estimates: readonly number[];
  readonly shares: number;
}

/**
 * Starts workers, each for a share of all sids. A share whose worker cannot be started is counted as failed.
 *
 * @throws when none could be started.
 */
export async function handOn(
  services: DeliveryServices,
  emits: readonly Emit[],
  estimates: readonly number[],
): Promise<{ readonly counts: readonly DeliveryCount[]; readonly handedOn: HandedOn }> {
  const deliveryId = randomUUID();
  const shares = workersFor(services.fanOut.postsPerSecond, postsOf(emits, estimates));
  const content = await pack(services, deliveryId, emits);
  const lost = await startWorkers(
    services,
    eventOf(services, { deliveryId, shares, content }),
    allOf(shares),
  );
  const failed = estimates.map((estimate) => Math.round((estimate * lost) / shares));
  return {
    counts: failed.map((count) => ({ ...NOBODY, recipients: count, failed: count })),
    handedOn: {
      deliveryId,
      estimates: estimates.map((estimate, emit) => estimate - (failed[emit] ?? 0)),
      shares: shares - lost,
    },
  };
}

function eventOf(
  { fanOut }: DeliveryServices,
  { deliveryId, shares, content }: { deliveryId: string; shares: number; content: Content },
): Omit<DeliverEvent, "shares"> {
  const postsPerSecond = fanOut.postsPerSecond / shares;
  const delivery = { id: deliveryId, shares, postsPerSecond, ...content };
  return { version: EVENT_VERSION, delivery, handOvers: 0 };
}

/** How many workers a delivery is worth. */
export function workersFor(postsPerSecond: number, posts: number): number {
  const useful = Math.min(postsPerSecond / POSTS_PER_SECOND_AND_WORKER, posts / POSTS_WORTH_A_WORKER);
  return Math.min(MAX_WORKERS, Math.max(1, Math.ceil(useful)));
}

function postsOf(emits: readonly Emit[], estimates: readonly number[]): number {
  return emits.reduce(
    (sum, { frames }, emit) => sum + frames["socket.io"].length * (estimates[emit] ?? 0),
    0,
  );
}

function allOf(shares: number): readonly number[] {
  return Array.from({ length: shares }, (_, index) => index);
}
