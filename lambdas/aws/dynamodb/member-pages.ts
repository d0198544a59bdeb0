import type { SidRange } from "../../core/delivery/sid-range";
import type { MemberPage } from "../../core/ports";
import type { Member } from "../../core/records";
import { EVERYONE } from "../../core/rooms";
import type { Protocol } from "../../protocol/negotiate";
import { isLive } from "./items";
import { membershipKey, roomPartitions } from "./keys";
import type { RawItem, Table } from "./table";

const PAGE_SIZE = 1_000;

/** Of each shard of everyone. The page ends with the first of them: with fewer members each, that is far off the others. */
const SHARD_PAGE_SIZE = 128;

const ATTRIBUTES = [
  "sk",
  "connectionId",
  "protocol",
  "connectedAt",
  "isProtected",
  "activeFrom",
  "replayedAfter",
  "expiresAt",
];

/** The members of a room in a range of sids, as many as a page holds. */
export async function memberPage(
  table: Table,
  { namespace, room, range, now }: { namespace: string; room: string; range: SidRange; now: number },
): Promise<MemberPage> {
  const pageSize = room === EVERYONE ? SHARD_PAGE_SIZE : PAGE_SIZE;
  const pages = await Promise.all(
    roomPartitions(namespace, room).map((partition) => partitionPage(table, { partition, range, pageSize })),
  );
  const [only] = pages;
  if (only && pages.length === 1) return { members: liveMembers(only.items, now), upTo: only.upTo };
  const upTo = pages.map((page) => page.upTo).sort()[0] ?? range.upTo;
  const members = pages
    .flatMap(({ items }) => liveMembers(items, now))
    .filter(({ sid }) => sid <= upTo)
    .sort((one, other) => (one.sid < other.sid ? -1 : 1));
  return { members, upTo };
}

/** Which of the sids are in the room: reads by key. */
export async function presentSids(
  table: Table,
  { namespace, room, sids, now }: { namespace: string; room: string; sids: readonly string[]; now: number },
): Promise<readonly string[]> {
  const keys = sids.map((sid) => membershipKey(namespace, room, sid));
  const items = await table.getAll(keys, ["sk", "expiresAt"]);
  return items.filter((item) => isLiveRaw(item, now)).map((item) => item.sk?.S ?? "");
}

async function partitionPage(
  table: Table,
  { partition, range, pageSize }: { partition: string; range: SidRange; pageSize: number },
): Promise<{ readonly items: readonly RawItem[]; readonly upTo: string }> {
  // The least string after another is that with a zero behind it.
  const between = [`${range.after}\0`, range.upTo] as const;
  const { items, last } = await table.page({ partition, between, attributes: ATTRIBUTES, pageSize });
  return { items, upTo: last ?? range.upTo };
}

function liveMembers(items: readonly RawItem[], now: number): readonly Member[] {
  return items.filter((item) => isLiveRaw(item, now)).map(member);
}

/** Attributes as they come: the document client takes more time for a page than posting it does. */
function member(item: RawItem): Member {
  const { sk, connectionId, protocol, connectedAt, isProtected, activeFrom, replayedAfter } = item;
  return {
    sid: sk?.S ?? "",
    connectionId: connectionId?.S ?? "",
    // What lies in a room's partition is a membership.
    protocol: protocol?.S as Protocol,
    connectedAt: Number(connectedAt?.N),
    isProtected: isProtected?.BOOL,
    activeFrom: activeFrom?.N === undefined ? undefined : Number(activeFrom.N),
    replayedAfter: replayedAfter?.S,
  };
}

function isLiveRaw({ expiresAt }: RawItem, now: number): boolean {
  return isLive({ expiresAt: Number(expiresAt?.N) }, now);
}
