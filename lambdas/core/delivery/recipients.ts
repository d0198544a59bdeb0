import { forEachConcurrently, MAX_CONCURRENT_READS } from "../concurrency";
import type { MemberPage, MembershipStore } from "../ports";
import type { Member } from "../records";
import { isPosted } from "../recovery/boundary";
import type { Offset } from "../recovery/offsets";
import { exceptedOf } from "./exceptions";
import type { Frames } from "./frames";
import { EVERY_SID, type SidRange } from "./sid-range";
import type { MemberTarget, RoomTarget } from "./target";

export interface Emit {
  readonly target: RoomTarget | MemberTarget;
  readonly frames: Frames;
  /** It is in no log: who is away does not get it. */
  readonly isVolatile?: boolean;
  /** Where it is in the log: a socket that was recovered later is sent it from there. */
  readonly offset?: Offset;
  /** Where it was before: who got it from there has it. */
  readonly earlier?: readonly Offset[];
}

type Addressed = Pick<Emit, "target" | "offset">;

/** A socket, and the emits that it gets by their indexes, in order. */
export interface Addressee {
  readonly member: Member;
  readonly emits: readonly number[];
}

/** `upTo`: everybody up to this sid is in this batch or an earlier one. */
export interface Batch {
  readonly addressees: readonly Addressee[];
  readonly upTo: string;
}

/** How many posts a socket's emits are. */
export function postsTo(emits: readonly Emit[], { member, emits: indexes }: Addressee): number {
  return indexes.reduce((sum, emit) => sum + (emits[emit]?.frames[member.protocol].length ?? 0), 0);
}

type Memberships = Pick<MembershipStore, "members" | "present">;

/**
 * Who gets which of the emits, in the order of the sids: the union of each one's rooms, each socket once,
 * without the excepted. A room that several emits name is read once. Some batches may be empty.
 */
export async function* recipientsIn(
  memberships: Memberships,
  emits: readonly Addressed[],
  range: SidRange = EVERY_SID,
): AsyncGenerator<Batch> {
  const sources = sourcesOf(memberships, emits, range);
  let after = range.after;
  while (after < range.upTo) {
    const readers = Math.min(sources.length, MAX_CONCURRENT_READS);
    await forEachConcurrently(sources, readers, (source) => source.readFrom(after));
    const upTo = firstOf([range.upTo, ...sources.map((source) => source.upTo)]);
    const addressees = addresseesOf(sources.map((source) => [source.emits, source.take(upTo)] as const));
    const posted = withoutReplayed(emits, addressees);
    yield { addressees: await withoutExcepted(memberships, emits, posted), upTo };
    after = upTo;
  }
}

/** Pages of one room, or a socket whose connection is known. */
class Source {
  /** The emits that it is a target of. */
  readonly emits: number[] = [];
  upTo: string;
  #members: readonly Member[] = [];
  readonly #page: (after: string) => Promise<MemberPage>;

  constructor(after: string, page: (after: string) => Promise<MemberPage>) {
    this.upTo = after;
    this.#page = page;
  }

  async readFrom(after: string): Promise<void> {
    if (this.upTo > after) return;
    const { members, upTo } = await this.#page(after);
    this.#members = members;
    this.upTo = upTo;
  }

  /** Those up to a sid that were not taken yet. */
  take(upTo: string): readonly Member[] {
    const end = this.#members.findIndex(({ sid }) => sid > upTo);
    const taken = end === -1 ? this.#members : this.#members.slice(0, end);
    this.#members = end === -1 ? [] : this.#members.slice(end);
    return taken;
  }
}

function sourcesOf(memberships: Memberships, emits: readonly Addressed[], range: SidRange): Source[] {
  const sources = new Map<string, Source>();
  const add = (key: string, emit: number, page: (after: string) => Promise<MemberPage>) => {
    const source = sources.get(key) ?? new Source(range.after, page);
    if (source.emits.at(-1) !== emit) source.emits.push(emit);
    sources.set(key, source);
  };
  for (const [emit, { target }] of emits.entries()) {
    if (target.kind === "socket") {
      add(target.socket.sid, emit, async () => ({ members: within(range, target.socket), upTo: range.upTo }));
      continue;
    }
    const { namespace } = target;
    for (const room of target.rooms) {
      const page = (after: string) => memberships.members(namespace, room, { after, upTo: range.upTo });
      add(JSON.stringify([namespace, room]), emit, page);
    }
  }
  return [...sources.values()];
}

function firstOf(sids: readonly string[]): string {
  return [...sids].sort()[0] ?? "";
}

function within({ after, upTo }: SidRange, member: Member): readonly Member[] {
  return member.sid > after && member.sid <= upTo ? [member] : [];
}

function addresseesOf(
  taken: readonly (readonly [emits: readonly number[], members: readonly Member[]])[],
): readonly Addressee[] {
  const bySid = new Map<string, { member: Member; emits: readonly number[] }>();
  for (const [emits, members] of taken) {
    for (const member of members) {
      const known = bySid.get(member.sid);
      if (!known) bySid.set(member.sid, { member, emits });
      else known.emits = union(known.emits, emits);
    }
  }
  const addressees = [...bySid.values()];
  const isSorted = taken.filter(([, members]) => members.length > 0).length < 2;
  return isSorted
    ? addressees
    : addressees.sort((one, other) => (one.member.sid < other.member.sid ? -1 : 1));
}

function union(one: readonly number[], other: readonly number[]): readonly number[] {
  return one === other ? one : [...new Set([...one, ...other])].sort((a, b) => a - b);
}

/** What a recovered socket is sent from the log is not posted to it. */
function withoutReplayed(
  emits: readonly Addressed[],
  addressees: readonly Addressee[],
): readonly Addressee[] {
  if (addressees.every(({ member }) => member.activeFrom === undefined)) return addressees;
  return addressees
    .map(({ member, emits: indexes }) => {
      const left = indexes.filter((emit) => isPosted(member, emits[emit]?.offset));
      return { member, emits: left };
    })
    .filter(({ emits: left }) => left.length > 0);
}

async function withoutExcepted(
  memberships: Memberships,
  emits: readonly Addressed[],
  addressees: readonly Addressee[],
): Promise<readonly Addressee[]> {
  const excepted = await exceptedOf(memberships, emits, addressees);
  if (excepted.size === 0) return addressees;
  return addressees
    .map(({ member, emits: indexes }) => {
      const left = indexes.filter((emit) => !excepted.get(emit)?.has(member.sid));
      return { member, emits: left };
    })
    .filter(({ emits: left }) => left.length > 0);
}
