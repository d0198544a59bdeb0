import type { DeliverEvent } from "../../internal-events";
import type { DeliveryServices } from "../../services";
import { NOBODY, withUnknownRest } from "../delivery-count";
import { reportBehind } from "../delivery-reports";
import { parcelsOf } from "../parcels";
import type { ShareProgress } from "../ports";
import { type Emit, recipientsIn } from "../recipients";
import { type SidRange, shareOf } from "../sid-range";
import { chunksOf } from "./chunks";
import { unpack } from "./content";
import { ShareClaim } from "./share-claim";
import { SharePosts } from "./share-posts";
import { startWorkers } from "./starting";

/** What is left of an invocation for the posts that are on their way, their checkpoint, and the successor's start. */
const MARGIN_MS = 20_000;

/** A share that takes more invocations than that is given up: its delivery is hours late. */
const MAX_HAND_OVERS = 12;

/**
 * `deliver`: posts one share of a delivery, and starts workers for the other shares that the event names.
 * Invoked again after a failure or a crash it goes on where posts may have begun: nothing is posted twice.
 * `deadline` is the invocation's, in milliseconds since the epoch.
 *
 * @throws what failed, or that another worker has the share, or that one of the others has none: Lambda invokes again.
 */
export async function work(services: DeliveryServices, event: DeliverEvent, deadline: number): Promise<void> {
  const [own, ...others] = event.shares;
  const outcomes = await Promise.allSettled([
    startOthers(services, event, others),
    own === undefined ? undefined : workOn(services, { ...event, shares: [own] }, own, deadline),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

/** Those that are started a second time find their shares taken, or finished. */
async function startOthers(
  services: DeliveryServices,
  event: DeliverEvent,
  others: readonly number[],
): Promise<void> {
  const lost = await startWorkers(services, event, others);
  if (lost > 0) throw new Error(`${lost} of the shares of delivery ${event.delivery.id} has no worker`);
}

async function workOn(
  services: DeliveryServices,
  event: DeliverEvent,
  index: number,
  deadline: number,
): Promise<void> {
  const { delivery } = event;
  const emits = await unpack(services, delivery);
  const range = shareOf(index, delivery.shares);
  const claim = new ShareClaim(services, { deliveryId: delivery.id, index });
  const known = await claim.take(startOf(range, emits));
  if (!known) return;
  await catchUp(services, emits, { after: known.doneUpTo, upTo: known.begunUpTo });
  const from = { ...known, counts: known.counts.map(withUnknownRest) };
  const posts = new SharePosts(services, { emits, postsPerSecond: delivery.postsPerSecond }, from);
  const left = { after: known.begunUpTo, upTo: range.upTo };
  const end = await postAll({ services, emits, claim, posts, deadline }, left);
  if (end === "out of time") await handOver(services, event);
  if (end === "lost") services.log.warn("a share was taken over", { deliveryId: delivery.id, share: index });
}

function startOf({ after }: SidRange, emits: readonly Emit[]): ShareProgress {
  return { begunUpTo: after, doneUpTo: after, counts: emits.map(() => NOBODY), isFinished: false };
}

/** Those whose posts had begun when the worker before this one crashed. */
async function catchUp(services: DeliveryServices, emits: readonly Emit[], range: SidRange): Promise<void> {
  if (!services.catchUp) return;
  for await (const { addressees } of recipientsIn(services.memberships, emits, range)) {
    await reportBehind(
      services,
      parcelsOf(emits, addressees).map(({ recipient }) => recipient),
    );
  }
}

interface Working {
  readonly services: DeliveryServices;
  readonly emits: readonly Emit[];
  readonly claim: ShareClaim;
  readonly posts: SharePosts;
  readonly deadline: number;
}

async function postAll(working: Working, range: SidRange): Promise<"finished" | "out of time" | "lost"> {
  const { claim, posts } = working;
  try {
    const end = await postUntil(working, range);
    await posts.settled();
    if (end === "lost") return "lost";
    if (end === "finished") return (await claim.advance(posts.progress(true))) ? "finished" : "lost";
    return (await claim.release(posts.progress())) ? "out of time" : "lost";
  } catch (error) {
    await posts.settled();
    // What failed is thrown; without this the next worker finds posts of which nobody knows.
    await claim.release(posts.progress()).catch(() => false);
    throw error;
  }
}

/** A checkpoint says that posts begin before they do: who goes on after a crash begins behind them. */
async function postUntil(
  { services, emits, claim, posts, deadline }: Working,
  range: SidRange,
): Promise<"finished" | "out of time" | "lost"> {
  const recipients = recipientsIn(services.memberships, emits, range);
  for await (const chunk of chunksOf(recipients, emits, posts.maxChunkPosts)) {
    if (services.clock.now() >= deadline - MARGIN_MS) return "out of time";
    if (!(await claim.advance(posts.progressWith(chunk)))) return "lost";
    await posts.begin(chunk);
  }
  return "finished";
}

/** The claim is free by now. Lambda must not take it for a loop: see `recursiveLoop` in the template. */
async function handOver(services: DeliveryServices, event: DeliverEvent): Promise<void> {
  if (event.handOvers < MAX_HAND_OVERS) {
    await services.invoker.deliver({ ...event, handOvers: event.handOvers + 1 });
    return;
  }
  const { id: deliveryId } = event.delivery;
  services.log.error("a share was given up: it takes too long", { deliveryId, shares: event.shares });
}
