import { withOffset, withoutOffset } from "../../../protocol/event-offset";
import type { DeliveryServices } from "../../services";
import type { Parcel, Parcels } from "../parcels";

/**
 * Workers may come long after an event was logged. A client that got later ones from elsewhere meanwhile would go back to
 * its offset, and be sent those again when it recovers. So the last that a socket gets of a delivery ends with an offset
 * of the moment; who drops in the middle has one from which the rest is read.
 */
export function withLastOffset({ recovery }: Pick<DeliveryServices, "recovery">, entry: Parcels): Parcels {
  if (!recovery) return entry;
  const last = new Map(entry.parcels.map((parcel) => [parcel.member.sid, parcel]));
  const [now = ""] = recovery.drawOffsets(1);
  const parcels = entry.parcels.map((one) => (last.get(one.member.sid) === one ? endingWith(one, now) : one));
  return { ...entry, parcels };
}

/** The parcel is the event of its own offset still: where it is in the log, and what is noted of it. */
function endingWith(parcel: Parcel, now: string): Parcel {
  const { frames, offset, member } = parcel;
  if (offset === undefined || member.protocol === "json") return parcel;
  return { ...parcel, frames: withOffset(withoutOffset(frames, offset), now) };
}
