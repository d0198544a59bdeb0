import { forEachConcurrently } from "./concurrency";
import type { Frames } from "./frames";
import { handOver } from "./handing-over";
import { DELIVERED_WITHIN_MS } from "./newborn";
import type { PostOutcome } from "./ports";
import type { Member, Recipient } from "./records";
import { isSid } from "./rooms";
import type { DeliveryServices } from "./services";
import type { RoomTarget, Target } from "./target";
import { postInTurn } from "./turns";

/** Posts in flight at once: one Lambda's share of CPU is busy long before its sockets are. */
const MAX_CONCURRENT_POSTS = 100;

export interface Emit {
  readonly target: Target;
  readonly frames: Frames;
}

/** What became of one emit. `recipients` is the sum of the other three. */
export interface DeliveryCount {
  readonly recipients: number;
  readonly sent: number;
  readonly gone: number;
  readonly failed: number;
}

/** The frames of each connection, in order, each with the emit that it belongs to. */
export interface Posts {
  readonly emits: number;
  readonly connections: ReadonlyMap<string, { readonly recipient: Recipient; readonly parcels: Parcel[] }>;
}

interface Parcel {
  readonly emit: number;
  readonly frames: readonly string[];
}

/** `gone`: the connections that turned out not to exist any more. */
export interface Delivered {
  readonly counts: DeliveryCount[];
  readonly gone: ReadonlySet<string>;
}

/** Delivers emits in order; the counts are in the order of the emits. */
export async function deliver(services: DeliveryServices, emits: readonly Emit[]): Promise<DeliveryCount[]> {
  const { counts } = await post(services, await resolve(services, emits));
  return counts;
}

/** Finds who gets what. A room that several emits name is read once. */
export async function resolve(services: DeliveryServices, emits: readonly Emit[]): Promise<Posts> {
  const rooms = new RoomReader(services);
  const members = await Promise.all(emits.map(({ target }) => recipientsOf(rooms, target)));
  return postsOf(emits, members);
}

/** The sockets that a target names now, each once. */
export async function findMembers(services: DeliveryServices, target: Target): Promise<readonly Member[]> {
  return [...(await recipientsOf(new RoomReader(services), target))];
}

/** What goes to whom when `members` of the same index get each emit. */
export function postsOf(emits: readonly Pick<Emit, "frames">[], members: readonly Iterable<Member>[]): Posts {
  const connections = new Map<string, { recipient: Recipient; parcels: Parcel[] }>();
  for (const [emit, { frames }] of emits.entries()) {
    for (const member of members[emit] ?? []) {
      const entry = connections.get(member.connectionId) ?? { recipient: recipientOf(member), parcels: [] };
      entry.parcels.push({ emit, frames: frames[member.protocol] });
      connections.set(member.connectionId, entry);
    }
  }
  return { emits: emits.length, connections };
}

/** Posts to connections side by side, the frames of each one after the other. */
export async function post(services: DeliveryServices, posts: Posts): Promise<Delivered> {
  const counts = Array.from({ length: posts.emits }, () => ({ recipients: 0, sent: 0, gone: 0, failed: 0 }));
  const gone = new Set<string>();
  const unsent: Partial<Record<PostOutcome, number>> = {};
  await forEachConcurrently(posts.connections.values(), MAX_CONCURRENT_POSTS, async (entry) => {
    let outcome: PostOutcome = "sent";
    for (const { emit, frames } of entry.parcels) {
      if (outcome !== "gone") outcome = await postSafely(services, entry.recipient, frames);
      if (outcome !== "gone" && outcome !== "sent") unsent[outcome] = (unsent[outcome] ?? 0) + 1;
      const count = counts[emit];
      if (!count) continue;
      count.recipients += 1;
      count[COUNTED_AS[outcome]] += 1;
    }
    if (outcome === "gone") gone.add(entry.recipient.connectionId);
  });
  if (Object.keys(unsent).length > 0) logUnsent(services, unsent);
  if (gone.size > 0) await reportGone(services, [...gone]);
  return { counts, gone };
}

/** One connection whose turn cannot be had does not keep the others from what is theirs. */
async function postSafely(
  services: DeliveryServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<PostOutcome> {
  try {
    return await postAll(services, recipient, frames);
  } catch (error) {
    services.log.error("a post failed", { connectionId: recipient.connectionId, error });
    return "failed";
  }
}

/** Posts to one connection what the service itself has to say. */
export async function tell(
  services: DeliveryServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<void> {
  const outcome = await postAll(services, recipient, frames);
  if (outcome === "gone") await reportGone(services, [recipient.connectionId]);
  else if (outcome !== "sent") logUnsent(services, { [outcome]: 1 }, recipient.connectionId);
}

/** Posts what a client cannot do without: if it does not arrive, the connection is closed, and made anew. */
export async function greet(
  services: DeliveryServices,
  recipient: Recipient,
  frames: readonly string[],
): Promise<void> {
  const outcome = await postAll(services, recipient, frames);
  if (outcome !== "sent") await reportGone(services, [recipient.connectionId]);
}

const COUNTED_AS = {
  sent: "sent",
  gone: "gone",
  throttled: "failed",
  failed: "failed",
} as const satisfies Record<PostOutcome, keyof DeliveryCount>;

/** Posts one packet. A binary one is several frames; a client cannot use some of them. */
export async function postAll(
  services: DeliveryServices,
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

function logUnsent({ log }: DeliveryServices, packets: object, connectionId?: string): void {
  log.warn("posts were not sent", { connectionId, packets });
}

/**
 * `disconnect` alone runs disconnect listeners and removes the traces. When it cannot be invoked the next
 * post finds the connection again: what was delivered stays delivered, and is not to be repeated for that.
 */
async function reportGone(services: DeliveryServices, connectionIds: readonly string[]): Promise<void> {
  const leaving = new Map(connectionIds.map((connectionId) => [connectionId, "transport close" as const]));
  await handOver(services, leaving).catch((error: unknown) => {
    services.log.error("disconnect could not be invoked", { connections: leaving.size, error });
  });
}

/**
 * A Socket.IO socket exists because its client sent a CONNECT: a 410 is the truth. A plain JSON one may be
 * there a moment before its WebSocket is.
 */
function recipientOf({ connectionId, connectedAt, protocol, isProtected }: Member): Recipient {
  if (protocol === "socket.io") return { connectionId, isProtected };
  return { connectionId, isProtected, newbornUntil: connectedAt + DELIVERED_WITHIN_MS };
}

async function recipientsOf(rooms: RoomReader, target: Target): Promise<Iterable<Member>> {
  if (target.kind === "socket") return [target.socket];
  const [chosen, excepted] = await Promise.all([
    Promise.all(target.rooms.map((room) => rooms.members(target.namespace, room))),
    exceptedSids(rooms, target),
  ]);
  const bySid = new Map<string, Member>();
  for (const member of chosen.flat()) if (!excepted.has(member.sid)) bySid.set(member.sid, member);
  return bySid.values();
}

async function exceptedSids(rooms: RoomReader, target: RoomTarget): Promise<ReadonlySet<string>> {
  const read = target.except.filter((room) => !isSid(room));
  const members = await Promise.all(read.map((room) => rooms.members(target.namespace, room)));
  return new Set([...target.except.filter(isSid), ...members.flat().map(({ sid }) => sid)]);
}

class RoomReader {
  readonly #services: DeliveryServices;
  readonly #rooms = new Map<string, Promise<readonly Member[]>>();

  constructor(services: DeliveryServices) {
    this.#services = services;
  }

  members(namespace: string, room: string): Promise<readonly Member[]> {
    const key = JSON.stringify([namespace, room]);
    const known = this.#rooms.get(key) ?? this.#read(namespace, room);
    this.#rooms.set(key, known);
    return known;
  }

  async #read(namespace: string, room: string): Promise<readonly Member[]> {
    const members: Member[] = [];
    for await (const page of this.#services.memberships.members(namespace, room)) members.push(...page);
    return members;
  }
}
