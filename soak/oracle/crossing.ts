import { type Emission, isRepeated, overlap } from "./emission";
import type { Session } from "./session";

/**
 * A client that comes back says which was the last that it got, and is sent what has a later offset. So of
 * what was under way beside that, one with an earlier offset is passed over, and one with a later comes again.
 */
export interface Crossing {
  readonly session: Session;
  readonly emission: Emission | undefined;
  /** Of the packet in question, where anybody knows it. */
  readonly offset: string | undefined;
}

export function mayBePassedOver(crossing: Crossing, all: ReadonlyMap<string, Emission>): boolean {
  return hasCrossed(crossing, all, (offset, last) => offset < last);
}

export function mayComeAgain(crossing: Crossing, all: ReadonlyMap<string, Emission>): boolean {
  return hasCrossed(crossing, all, (offset, last) => offset > last);
}

/** With the last that the client got before any of its drops, in that way. */
function hasCrossed(
  { session, emission, offset }: Crossing,
  all: ReadonlyMap<string, Emission>,
  isThatWay: (offset: string, last: string) => boolean,
): boolean {
  return session.lastBeforeDrops.some((last) => {
    const other = all.get(last.event);
    if (emission === undefined || other === undefined || !wereTogether(emission, other)) return false;
    return offset === undefined || last.offset === undefined || isThatWay(offset, last.offset);
  });
}

/** What one run of an emitter sends does not cross. */
function wereTogether(one: Emission, other: Emission): boolean {
  return one === other ? isRepeated(one) : overlap(one, other);
}
