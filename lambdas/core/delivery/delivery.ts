import type { Member } from "../records";
import { logEmits, unlogEmits } from "../recovery/event-log";
import { postsToMoved } from "../recovery/following";
import type { DeliveryServices } from "../services";
import type { DeliveryCount } from "./delivery-count";
import { type HandedOn, handOn } from "./fan-out/handing-on";
import { type Posts, parcelsOf } from "./parcels";
import { post } from "./posting";
import { type Addressee, type Emit, postsTo, recipientsIn } from "./recipients";
import { fractionUpTo } from "./sid-range";
import type { Target } from "./target";

/** Who gets what; or, where that is many, about how many get each emit. */
export type Resolved =
  | { readonly kind: "posts"; readonly emits: readonly Emit[]; readonly posts: Posts }
  | { readonly kind: "large"; readonly emits: readonly Emit[]; readonly estimates: readonly number[] };

/** By emit. `handedOn`: nothing of it is in the counts. */
export interface Sent {
  readonly counts: readonly DeliveryCount[];
  readonly handedOn?: HandedOn;
}

/** Delivers emits in order; the counts are in the order of the emits. */
export async function deliver(services: DeliveryServices, emits: readonly Emit[]): Promise<Sent> {
  return send(services, await resolve(services, emits));
}

/** What the density of sids in a room's first page says of the room is a few hundredths off. */
const SURELY_MORE = 1.1;

/** Logs the emits, and then finds who gets what. */
export async function resolve(services: DeliveryServices, given: readonly Emit[]): Promise<Resolved> {
  const emits = await logEmits(services, given);
  try {
    return await findOut(services, emits);
  } catch (error) {
    await unlogEmits(services, emits);
    throw error;
  }
}

/** Up to the number that the caller posts to by itself. */
export async function findOut(services: DeliveryServices, emits: readonly Emit[]): Promise<Resolved> {
  const addressees: Addressee[] = [];
  let posts = 0;
  for await (const batch of recipientsIn(services.memberships, emits)) {
    addressees.push(...batch.addressees);
    for (const addressee of batch.addressees) posts += postsTo(emits, addressee);
    // No sid that we make is that near to the first.
    const fraction = fractionUpTo(batch.upTo) || 1;
    const { maxInlinePosts } = services.fanOut;
    if (posts <= maxInlinePosts && posts / fraction <= SURELY_MORE * maxInlinePosts) continue;
    const seen = recipientsOf(emits.length, addressees);
    return { kind: "large", emits, estimates: seen.map((count) => Math.round(count / fraction)) };
  }
  return { kind: "posts", emits, posts: { emits: emits.length, connections: parcelsOf(emits, addressees) } };
}

/** Posts, or has workers post. */
export async function send(services: DeliveryServices, resolved: Resolved): Promise<Sent> {
  const { kind, emits } = resolved;
  if (kind === "large") return handOn(services, emits, resolved.estimates);
  const { counts, undelivered } = await post(services, resolved.posts);
  const moved = await postsToMoved(services, emits, undelivered);
  if (moved) await post(services, moved);
  return { counts };
}

/** The sockets that a target names now, each once. */
export async function findMembers(services: DeliveryServices, target: Target): Promise<readonly Member[]> {
  const members: Member[] = [];
  for await (const { addressees } of recipientsIn(services.memberships, [{ target }])) {
    members.push(...addressees.map(({ member }) => member));
  }
  return members;
}

function recipientsOf(emits: number, addressees: readonly Addressee[]): readonly number[] {
  const counts = Array.from({ length: emits }, () => 0);
  for (const addressee of addressees)
    for (const emit of addressee.emits) counts[emit] = (counts[emit] ?? 0) + 1;
  return counts;
}
