import { type Crossing, mayBePassedOver, mayComeAgain } from "./crossing";
import { type Emission, isConfirmed, isRepeated } from "./emission";
import type { Span } from "./membership";
import type { Receipt, Session } from "./session";
import type { Violation } from "./violation";

type Emissions = ReadonlyMap<string, Emission>;

export interface Owed {
  readonly event: string;
  readonly index: number;
}

/**
 * What was emitted to rooms while the socket certainly was a member, from before the wish to emit until after
 * the confirmation, and confirmed while it was certainly there to get it.
 */
export function owedTo(session: Session, emissionsOfRooms: ReadonlyMap<string, readonly Emission[]>): Owed[] {
  return [...session.rooms].flatMap(([room, { certain }]) =>
    certain
      .flatMap((span) => within(span, emissionsOfRooms.get(room) ?? []))
      .filter((emission) => isConfirmed(emission) && emission.over <= session.provenUntil)
      .filter((emission) => !isExcluded(session, emission))
      .flatMap(({ event, count }) => Array.from({ length: count }, (_, index) => ({ event, index }))),
  );
}

/** `emissions` in the order in which they began: there may be tens of thousands, and as many spans. */
function within({ from, to }: Span, emissions: readonly Emission[]): readonly Emission[] {
  const found: Emission[] = [];
  for (let place = firstAfter(from, emissions); place < emissions.length; place += 1) {
    const emission = emissions[place];
    if (emission === undefined || emission.start > to) break;
    if (emission.over < to) found.push(emission);
  }
  return found;
}

function firstAfter(at: number, emissions: readonly Emission[]): number {
  let [low, high] = [0, emissions.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((emissions[middle]?.start ?? at) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function losses(session: Session, owed: readonly Owed[], all: Emissions): readonly Violation[] {
  const got = new Set(session.receipts.map(packetOf));
  return owed
    .filter((packet) => !got.has(packetOf(packet)))
    .map((packet) => {
      const emission = all.get(packet.event);
      const offset = emission?.offsets[packet.index];
      const isUndecided = mayBePassedOver({ session, emission, offset }, all);
      return violation(session, packet, isUndecided ? "undecided-lost" : "lost");
    });
}

/** At most once to each socket. What its emitter did again is another. */
export function doubles(session: Session, all: Emissions): readonly Violation[] {
  const seen = new Map<string, Receipt>();
  return session.receipts.flatMap((receipt) => {
    const copy = `${packetOf(receipt)} ${receipt.execution}`;
    const before = seen.get(copy);
    seen.set(copy, receipt);
    if (before === undefined) return [];
    const isUndecided = isSentAgain(before, receipt) || mayComeAgain(crossingOf(session, receipt, all), all);
    return [violation(session, receipt, isUndecided ? "undecided-doubled" : "doubled")];
  });
}

/** With a recovery that broke off and with the next; or under the offset that it was written with at first, too. */
function isSentAgain(before: Receipt, receipt: Receipt): boolean {
  return before.isResidue === true || before.offset !== receipt.offset;
}

function crossingOf(session: Session, { event, offset }: Receipt, all: Emissions): Crossing {
  return { session, emission: all.get(event), offset };
}

/** What came and was emitted to a room that the socket certainly was not in, all the time until it came. */
export function strays(session: Session, all: Emissions): readonly Violation[] {
  return session.receipts
    .filter((receipt) => !isAllowed(session, receipt, all.get(receipt.event)))
    .map((receipt) => violation(session, receipt, "misdelivered"));
}

function isAllowed(session: Session, { at }: Receipt, emission: Emission | undefined): boolean {
  if (emission === undefined || isExcluded(session, emission)) return false;
  const until = isRepeated(emission) || emission.isLarge ? at : Math.min(emission.end, at);
  const spans = session.rooms.get(emission.room)?.possible ?? [];
  return spans.some(({ from, to }) => from < until && emission.start < to);
}

function isExcluded({ client }: Session, { isForOthers, speaker }: Emission): boolean {
  return isForOthers === true && speaker?.client === client;
}

function packetOf({ event, index }: Owed): string {
  return `${event} ${index}`;
}

function violation({ client }: Session, { event, index }: Owed, kind: Violation["kind"]): Violation {
  return { kind, client, event, index };
}
