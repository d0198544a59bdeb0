import { forEachConcurrently, MAX_CONCURRENT_READS } from "../concurrency";
import { type Parcel, type Posts, parcelsOf } from "../delivery/parcels";
import { type Addressee, type Emit, recipientsIn } from "../delivery/recipients";
import type { DeliveryServices } from "../services";

/**
 * A socket whose connection has turned out to be gone may be on another by now: too late for whoever looked it
 * up, and too early for the event to be in what it was sent from the log. Where such sockets are, to post to;
 * nothing where recovery is off.
 */
export async function postsToMoved(
  services: Pick<DeliveryServices, "recovery" | "memberships">,
  emits: readonly Emit[],
  undelivered: readonly Parcel[],
): Promise<Posts | undefined> {
  if (!services.recovery || undelivered.length === 0) return undefined;
  const addressees: Addressee[] = [];
  const absent = [...bySocket(emits, undelivered).values()];
  const readers = Math.min(absent.length, MAX_CONCURRENT_READS);
  await forEachConcurrently(absent, readers, async (parcels) => {
    addressees.push(...(await movedTo(services, emits, parcels)));
  });
  return addressees.length === 0
    ? undefined
    : { emits: emits.length, connections: parcelsOf(emits, addressees) };
}

/** A socket that was addressed by itself is followed with what is in no log, too. */
function bySocket(emits: readonly Emit[], undelivered: readonly Parcel[]): ReadonlyMap<string, Parcel[]> {
  const sockets = new Map<string, Parcel[]>();
  for (const parcel of undelivered) {
    const isDirect = emits[parcel.emit]?.target.kind === "socket";
    if (!parcel.isLogged && !isDirect) continue;
    const { sid } = parcel.member;
    sockets.set(sid, [...(sockets.get(sid) ?? []), parcel]);
  }
  return sockets;
}

/** Its sid is a room, too, and the table says who is in it. */
async function movedTo(
  { memberships }: Pick<DeliveryServices, "memberships">,
  emits: readonly Emit[],
  parcels: readonly Parcel[],
): Promise<readonly Addressee[]> {
  const addressees: Addressee[] = [];
  const asked = parcels.map(({ member, emit }) => ({
    target: roomOf(emits[emit], member.sid),
    offset: emits[emit]?.offset,
  }));
  const left = new Set(parcels.map(({ member }) => member.connectionId));
  for await (const batch of recipientsIn(memberships, asked)) {
    const moved = batch.addressees.filter(({ member }) => !left.has(member.connectionId));
    addressees.push(
      ...moved.map(({ member, emits: indexes }) => ({
        member,
        emits: indexes.flatMap((index) => parcels[index]?.emit ?? []),
      })),
    );
  }
  return addressees;
}

function roomOf(emit: Emit | undefined, sid: string) {
  const target = emit?.target;
  const namespace = (target?.kind === "rooms" ? target.namespace : target?.socket.namespace) ?? "/";
  return { kind: "rooms" as const, namespace, rooms: [sid], except: [] };
}
