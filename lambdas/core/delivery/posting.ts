import { forEachConcurrently } from "../concurrency";
import type { PostOutcome } from "../ports";
import type { Recipient } from "../records";
import { replayGate } from "../recovery/after-replay";
import { isOvertaken } from "../recovery/boundary";
import { keepUndelivered } from "../recovery/undelivered";
import type { PostServices } from "../services";
import { type DeliveryCount, Tally } from "./delivery-count";
import { logUnsent, reportBehind, reportGone } from "./delivery-reports";
import { byWaiting, type Parcel, type Parcels, type Posts } from "./parcels";
import { postInTurn } from "./turns";

/** Posts in flight at once: one Lambda's share of CPU is busy long before its sockets are. */
export const MAX_CONCURRENT_POSTS = 100;
/** Protected connections wait for their turns, mostly, and recovered ones for the log: the others do not. */
export const MAX_WAITING_POSTS = 200;

/** `gone`: the connections that turned out not to exist any more. */
export interface Delivered {
  readonly counts: DeliveryCount[];
  readonly gone: ReadonlySet<string>;
  readonly undelivered: readonly Parcel[];
}

/** What is counted and reported of the posts of one delivery, or of a part of it. */
export interface PostLog {
  readonly tally: Tally;
  readonly gone: Recipient[];
  /** Who has missed something, or may have. */
  readonly behind: Recipient[];
  /** Certainly: refused, or not tried behind one that was. */
  readonly undelivered: Parcel[];
  readonly unsent: Partial<Record<PostOutcome, number>>;
}

export function newPostLog(tally: Tally): PostLog {
  return { tally, gone: [], behind: [], undelivered: [], unsent: {} };
}

/** Posts to connections side by side, the frames of each one after the other; none waits behind those that wait. */
export async function post(services: PostServices, { emits, connections }: Posts): Promise<Delivered> {
  const log = newPostLog(Tally.of(emits));
  expectAll(log.tally, connections);
  const { waiting, others } = byWaiting(connections, services.clock.now());
  const each = (entry: Parcels) => postParcels(services, entry, log);
  await Promise.all([
    forEachConcurrently(others, MAX_CONCURRENT_POSTS, each),
    forEachConcurrently(waiting, MAX_WAITING_POSTS, each),
  ]);
  await report(services, log);
  const gone = new Set(log.gone.map(({ connectionId }) => connectionId));
  return { counts: log.tally.counts, gone, undelivered: log.undelivered };
}

export function expectAll(tally: Tally, connections: readonly Parcels[]): void {
  for (const { parcels } of connections) for (const { emit } of parcels) tally.expect(emit);
}

/** Posts one connection's parcels in order; `turn` is waited for before each. Never rejects. */
export async function postParcels(
  services: PostServices,
  { recipient, parcels }: Parcels,
  log: PostLog,
  turn?: (posts: number) => Promise<void>,
): Promise<void> {
  let outcome: PostOutcome = "sent";
  let isBehind = false;
  let isBroken = false;
  const afterReplay = replayGate(services);
  for (const parcel of parcels) {
    const { emit, frames } = parcel;
    // Who has missed one gets no more, or would pass over it: it comes back for all of them.
    const isTried = outcome !== "gone" && !isBehind;
    if (isTried) {
      outcome = await settled(services, recipient, async () => {
        const verdict = await afterReplay(parcel);
        isBroken ||= verdict === "broken";
        if (verdict !== "post") return verdict === "replayed" ? "sent" : "gone";
        await turn?.(frames.length);
        return postAll(services, recipient, frames);
      });
    }
    log.tally.settle(emit, outcome);
    const isUndelivered = !isTried || isRefused(outcome);
    if (isUndelivered && !(isBroken && isYetToRead(parcel))) log.undelivered.push(parcel);
    if (outcome !== "gone" && outcome !== "sent") log.unsent[outcome] = (log.unsent[outcome] ?? 0) + 1;
    isBehind ||= outcome !== "sent" && services.catchUp !== undefined && !!recipient.catchesUp;
  }
  if (outcome === "gone") log.gone.push(recipient);
  else if (isBehind) log.behind.push(recipient);
  if (isBehind) await cut(services, recipient);
}

/** For a client that lacks something, and gets it when it comes back. */
export async function fallBehind(services: PostServices, recipient: Recipient): Promise<void> {
  await cut(services, recipient);
  await reportBehind(services, [recipient]);
}

/**
 * At once, before somebody else posts a later event, which would come before what the client gets when it is back.
 * Also who is said to be gone, and may not be. Where it fails, `disconnect` does it again.
 */
async function cut({ gateway }: PostServices, { connectionId }: Recipient): Promise<void> {
  await gateway.close(connectionId).catch(() => {});
}

/** Of a recovery that broke off nothing was posted behind what it read: the next one finds the event in the log. */
function isYetToRead({ member, offset }: Parcel): boolean {
  return offset !== undefined && !isOvertaken(member, offset);
}

function isRefused(outcome: PostOutcome): boolean {
  return outcome !== "sent" && outcome !== "unknown";
}

/** Hands on what the posts have shown. */
export async function report(
  services: PostServices,
  { gone, behind, undelivered, unsent }: PostLog,
): Promise<void> {
  logUnsent(services, unsent);
  await Promise.all([
    keepUndelivered(services, undelivered),
    reportGone(services, gone),
    reportBehind(services, behind),
  ]);
}

/** One connection whose turn cannot be had does not keep the others from what is theirs. */
async function settled(
  { log }: PostServices,
  { connectionId }: Recipient,
  posting: () => Promise<PostOutcome>,
): Promise<PostOutcome> {
  try {
    return await posting();
  } catch (error) {
    log.error("a post failed", { connectionId, error });
    return "failed";
  }
}

/** Posts one packet. A binary one is several frames; a client cannot use some of them. */
export async function postAll(
  services: PostServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  if (recipient.isProtected) return postInTurn(services, recipient, frames);
  for (const frame of frames) {
    const outcome = await services.gateway.post(recipient, frame);
    if (outcome !== "sent") return outcome;
  }
  return "sent";
}
