import { type Emission, isConfirmed, isRepeated, overlap } from "./emission";
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
    (emissionsOfRooms.get(room) ?? [])
      .filter((emission) => isConfirmed(emission) && emission.end < session.provenUntil)
      .filter(
        (emission) => !isExcluded(session, emission) && certain.some((span) => isWithin(emission, span)),
      )
      .flatMap(({ event, count }) => Array.from({ length: count }, (_, index) => ({ event, index }))),
  );
}

export function losses(session: Session, owed: readonly Owed[], all: Emissions): readonly Violation[] {
  const got = new Set(session.receipts.map(packetOf));
  return owed
    .filter((packet) => !got.has(packetOf(packet)))
    .map((packet) =>
      violation(session, packet, isDecidedFor(session, packet, all) ? "lost" : "undecided-lost"),
    );
}

/** At most once to each socket. What its emitter did again is another. */
export function doubles(session: Session, all: Emissions): readonly Violation[] {
  const seen = new Map<string, Receipt>();
  return session.receipts.flatMap((receipt) => {
    const copy = `${packetOf(receipt)} ${receipt.execution}`;
    const before = seen.get(copy);
    seen.set(copy, receipt);
    if (before === undefined) return [];
    const isDecided = !before.isResidue && isDecidedFor(session, receipt, all);
    return [violation(session, receipt, isDecided ? "doubled" : "undecided-doubled")];
  });
}

/** What came and was emitted to a room that the socket certainly was not in, all the time until it came. */
export function strays(session: Session, all: Emissions): readonly Violation[] {
  return session.receipts
    .filter((receipt) => !isAllowed(session, receipt, all.get(receipt.event)))
    .map((receipt) => violation(session, receipt, "misdelivered"));
}

function isAllowed(session: Session, { at }: Receipt, emission: Emission | undefined): boolean {
  if (emission === undefined || isExcluded(session, emission)) return false;
  const until = isRepeated(emission) ? at : Math.min(emission.end, at);
  const spans = session.rooms.get(emission.room)?.possible ?? [];
  return spans.some(({ from, to }) => from < until && emission.start < to);
}

function isExcluded({ client }: Session, { isForOthers, speaker }: Emission): boolean {
  return isForOthers === true && speaker?.client === client;
}

function isWithin({ start, end }: Emission, { from, to }: Span): boolean {
  return from < start && end < to;
}

/** The client tells the service the last that it got; what was under way beside that may be on either side. */
function isDecidedFor(session: Session, { event }: Owed, all: Emissions): boolean {
  const emission = all.get(event);
  return !session.lastBeforeDrops.some((last) => {
    const other = all.get(last.event);
    return emission !== undefined && other !== undefined && overlap(emission, other);
  });
}

function packetOf({ event, index }: Owed): string {
  return `${event} ${index}`;
}

function violation({ client }: Session, { event, index }: Owed, kind: Violation["kind"]): Violation {
  return { kind, client, event, index };
}
