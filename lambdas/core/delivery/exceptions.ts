import { forEachConcurrently, MAX_CONCURRENT_READS } from "../concurrency";
import type { MembershipStore } from "../ports";
import { isSid } from "../rooms";
import type { Addressee, Emit } from "./recipients";

/** What one request can ask for by key. */
const MAX_KEYS = 100;

/** A page of a room costs about what so many reads by key do: it holds a thousand small items. */
const PAGE_COSTS_KEYS = 50;

type Memberships = Pick<MembershipStore, "members" | "present">;

interface ExceptedRoom {
  readonly namespace: string;
  readonly room: string;
  /** The emits that except it. */
  readonly emits: Set<number>;
}

/**
 * By emit, who of the addressees (in the order of their sids) is in one of its excepted rooms. Costs no more
 * than the addressees do, however large those rooms are.
 */
export async function exceptedOf(
  memberships: Memberships,
  emits: readonly Pick<Emit, "target">[],
  addressees: readonly Addressee[],
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const excepted = new Map<number, Set<string>>();
  const except = (emit: number, sids: Iterable<string>) => {
    const known = excepted.get(emit) ?? new Set();
    for (const sid of sids) known.add(sid);
    excepted.set(emit, known);
  };
  for (const [emit, { target }] of emits.entries()) {
    if (target.kind === "rooms") except(emit, target.except.filter(isSid));
  }
  const rooms = roomsToRead(emits);
  const readers = Math.min(rooms.length, MAX_CONCURRENT_READS);
  await forEachConcurrently(rooms, readers, async ({ namespace, room, emits: indexes }) => {
    const asked = addressees.filter((addressee) => addressee.emits.some((emit) => indexes.has(emit)));
    const sids = asked.map(({ member }) => member.sid);
    const members = await membersAmong(memberships, namespace, room, sids);
    for (const emit of indexes) except(emit, members);
  });
  return excepted;
}

function roomsToRead(emits: readonly Pick<Emit, "target">[]): readonly ExceptedRoom[] {
  const rooms = new Map<string, ExceptedRoom>();
  for (const [emit, { target }] of emits.entries()) {
    if (target.kind === "socket") continue;
    const { namespace } = target;
    for (const room of target.except.filter((name) => !isSid(name))) {
      const key = JSON.stringify([namespace, room]);
      const known = rooms.get(key) ?? { namespace, room, emits: new Set() };
      rooms.set(key, known);
      known.emits.add(emit);
    }
  }
  return [...rooms.values()];
}

/**
 * Reads the room by pages as long as each decides about more sockets than the same money asks for by key,
 * then by key. Few sockets are asked for by key at once.
 */
async function membersAmong(
  memberships: Memberships,
  namespace: string,
  room: string,
  sids: readonly string[],
): Promise<readonly string[]> {
  const last = sids.at(-1);
  if (last === undefined) return [];
  const found: string[] = [];
  let left = sids;
  // Before the first one, whose own membership counts.
  let after = left[0]?.slice(0, -1) ?? "";
  for (let decided = PAGE_COSTS_KEYS; left.length > MAX_KEYS && decided >= PAGE_COSTS_KEYS; ) {
    const page = await memberships.members(namespace, room, { after, upTo: last });
    found.push(...page.members.map(({ sid }) => sid));
    const rest = left.filter((sid) => sid > page.upTo);
    decided = left.length - rest.length;
    left = rest;
    after = page.upTo;
  }
  if (left.length > 0) found.push(...(await memberships.present(namespace, room, left)));
  return found;
}
