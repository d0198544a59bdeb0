import { forEachConcurrently } from "../concurrency";
import { DELIVERED_WITHIN_MS } from "../connections/newborn";
import type { PostOutcome } from "../ports";
import type { Member, Recipient } from "../records";
import { type Incoming, isInQuestion, replayGate } from "../recovery/after-replay";
import type { PostServices } from "../services";
import { type DeliveryCount, Tally } from "./delivery-count";
import { logUnsent, reportBehind, reportGone } from "./delivery-reports";
import type { Addressee, Emit } from "./recipients";
import { postInTurn } from "./turns";

/** Posts in flight at once: one Lambda's share of CPU is busy long before its sockets are. */
export const MAX_CONCURRENT_POSTS = 100;
/** Protected connections wait for their turns, mostly, and recovered ones for the log: the others do not. */
export const MAX_WAITING_POSTS = 200;

/** What one connection gets, in order, each packet with the emit that it belongs to. */
export interface Parcels {
  readonly recipient: Recipient;
  readonly parcels: readonly Parcel[];
}

export interface Parcel extends Incoming {
  readonly emit: number;
  readonly frames: readonly string[];
}

export interface Posts {
  readonly emits: number;
  readonly connections: readonly Parcels[];
}

/** `gone`: the connections that turned out not to exist any more. */
export interface Delivered {
  readonly counts: DeliveryCount[];
  readonly gone: ReadonlySet<string>;
}

/** What is counted and reported of the posts of one delivery, or of a part of it. */
export interface PostLog {
  readonly tally: Tally;
  readonly gone: Recipient[];
  /** Who has missed something, or may have. */
  readonly behind: Recipient[];
  readonly unsent: Partial<Record<PostOutcome, number>>;
}

export function newPostLog(tally: Tally): PostLog {
  return { tally, gone: [], behind: [], unsent: {} };
}

/** What goes to whom. Two sockets of one connection share its parcels, in the order of the emits. */
export function parcelsOf(
  emits: readonly Pick<Emit, "frames" | "offset" | "earlier">[],
  addressees: readonly Addressee[],
): readonly Parcels[] {
  const connections = new Map<string, { recipient: Recipient; parcels: Parcel[] }>();
  for (const { member, emits: indexes } of addressees) {
    const entry = connections.get(member.connectionId);
    const parcels = indexes.map((emit) => {
      const { frames, offset, earlier } = emits[emit] ?? {};
      return { emit, frames: frames?.[member.protocol] ?? [], member, offset, earlier };
    });
    if (!entry) connections.set(member.connectionId, { recipient: recipientOf(member), parcels });
    else entry.parcels = [...entry.parcels, ...parcels].sort((one, other) => one.emit - other.emit);
  }
  return [...connections.values()];
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
  return { counts: log.tally.counts, gone: new Set(log.gone.map(({ connectionId }) => connectionId)) };
}

export function expectAll(tally: Tally, connections: readonly Parcels[]): void {
  for (const { parcels } of connections) for (const { emit } of parcels) tally.expect(emit);
}

/** Those to whom posts have to wait for something before they begin, and the others, who must not wait behind them. */
export function byWaiting(connections: readonly Parcels[], now: number) {
  const waiting: Parcels[] = [];
  const others: Parcels[] = [];
  for (const entry of connections) (waits(entry, now) ? waiting : others).push(entry);
  return { waiting, others };
}

function waits({ recipient, parcels }: Parcels, now: number): boolean {
  return !!recipient.isProtected || parcels.some((parcel) => isInQuestion(parcel, now));
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
  const afterReplay = replayGate(services);
  for (const parcel of parcels) {
    const { emit, frames } = parcel;
    // Who has missed one gets no more, or would pass over it: it comes back for all of them.
    if (outcome !== "gone" && !isBehind) {
      outcome = await settled(services, recipient, async () => {
        const verdict = await afterReplay(parcel);
        if (verdict !== "post") return verdict === "replayed" ? "sent" : "gone";
        await turn?.(frames.length);
        return postAll(services, recipient, frames);
      });
    }
    log.tally.settle(emit, outcome);
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
 * At once, before somebody else posts a later event, which the client would go on from when it comes back. Also
 * who is said to be gone, and may not be. Where it fails, `disconnect` does it again.
 */
async function cut({ gateway }: PostServices, { connectionId }: Recipient): Promise<void> {
  await gateway.close(connectionId).catch(() => {});
}

/** Hands on what the posts have shown. */
export async function report(services: PostServices, { gone, behind, unsent }: PostLog): Promise<void> {
  logUnsent(services, unsent);
  await Promise.all([reportGone(services, gone), reportBehind(services, behind)]);
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

/**
 * A Socket.IO socket exists because its client sent a CONNECT: a 410 is the truth. A plain JSON one may be
 * there a moment before its WebSocket is.
 */
function recipientOf(member: Member): Recipient {
  const { connectionId, connectedAt, protocol, isProtected } = member;
  if (protocol === "socket.io") {
    return { connectionId, isProtected, catchesUp: true };
  }
  return { connectionId, isProtected, newbornUntil: connectedAt + DELIVERED_WITHIN_MS };
}
