import { type Posts, parcelsOf } from "../delivery/posting";
import { type Addressee, type Emit, recipientsIn } from "../delivery/recipients";
import type { SidRange } from "../delivery/sid-range";
import type { DeliveryServices } from "../services";

/**
 * What a listener sent to a socket whose connection turned out to be gone: the client may be back on another,
 * too late for the listener to know and too early for its event to be in what was sent from the log.
 * Where such sockets of the range are now, to post to; nothing where recovery is off.
 */
export async function postsToMoved(
  services: Pick<DeliveryServices, "recovery" | "memberships">,
  emits: readonly Emit[],
  gone: ReadonlySet<string>,
  range?: SidRange,
): Promise<Posts | undefined> {
  if (!services.recovery || gone.size === 0) return undefined;
  const addressees: Addressee[] = [];
  for (const [index, emit] of emits.entries()) {
    for await (const batch of recipientsIn(services.memberships, whereItIsNow(emit, gone), range)) {
      const moved = batch.addressees.filter(({ member }) => !gone.has(member.connectionId));
      addressees.push(...moved.map(({ member }) => ({ member, emits: [index] })));
    }
  }
  return addressees.length === 0
    ? undefined
    : { emits: emits.length, connections: parcelsOf(emits, addressees) };
}

/** Its sid is a room, too, and the table says who is in it. */
function whereItIsNow({ target, offset }: Emit, gone: ReadonlySet<string>): readonly Omit<Emit, "frames">[] {
  if (target.kind !== "socket" || !gone.has(target.socket.connectionId)) return [];
  const { namespace, sid } = target.socket;
  if (namespace === undefined) return [];
  return [{ target: { kind: "rooms", namespace, rooms: [sid], except: [] }, offset }];
}
