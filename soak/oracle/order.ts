import { type Emission, isRepeated } from "./emission";
import type { Receipt, Session } from "./session";
import type { Violation, ViolationKind } from "./violation";

/** A sequence that a receipt belongs to, and its place there: a number, or what sorts as text. */
type Place = readonly [sequence: string, place: number | string];

/** What came before something that is earlier in a promised order. What comes twice counts the first time. */
export function disorders(session: Session, emissions: ReadonlyMap<string, Emission>): readonly Violation[] {
  const first = firsts(withoutResidues(session.receipts));
  return [
    ...inversions(session, first, "misordered-emits", ({ execution, event, index }) => [
      `${event} ${execution}`,
      index,
    ]),
    ...inversions(session, first, "misordered-messages", (receipt) => placeInMessages(receipt, emissions)),
    ...session.replays.flatMap(({ receipts, openedAt }) =>
      inversions(session, firsts(receipts), "misordered-replay", (receipt) =>
        placeInReplay(receipt, openedAt, emissions),
      ),
    ),
  ];
}

/** What was under way when the client asked may have been posted to it, between the replay and its `connect`. */
function placeInReplay(
  { event, offset }: Receipt,
  openedAt: number,
  emissions: ReadonlyMap<string, Emission>,
): Place | undefined {
  const emission = emissions.get(event);
  if (offset === undefined || emission === undefined) return undefined;
  return emission.over > openedAt || isRepeated(emission) ? undefined : ["", offset];
}

/** What is done again comes after what followed it, and what workers deliver may. */
function placeInMessages(
  { event, execution }: Receipt,
  emissions: ReadonlyMap<string, Emission>,
): Place | undefined {
  const { speaker, executions, isLarge } = emissions.get(event) ?? {};
  if (speaker === undefined || isLarge || executions?.[0] !== execution) return undefined;
  return [`${speaker.client} ${speaker.connection}`, speaker.number];
}

function inversions(
  { client }: Session,
  receipts: readonly Receipt[],
  kind: ViolationKind,
  placeOf: (receipt: Receipt) => Place | undefined,
): readonly Violation[] {
  const latest = new Map<string, number | string>();
  return receipts.flatMap((receipt) => {
    const [sequence, place] = placeOf(receipt) ?? [];
    if (sequence === undefined || place === undefined) return [];
    const before = latest.get(sequence);
    if (before === undefined || before <= place) {
      latest.set(sequence, place);
      return [];
    }
    return [{ kind, client, event: receipt.event, index: receipt.index }];
  });
}

/** Without what came again, from the same run of its emitter or from another. */
function firsts(receipts: readonly Receipt[]): readonly Receipt[] {
  const seen = new Set<string>();
  return receipts.filter((receipt) => {
    const packet = packetOf(receipt);
    const isFirst = !seen.has(packet);
    seen.add(packet);
    return isFirst;
  });
}

/** What came with a recovery that broke off and again with the next is where it came last. */
function withoutResidues(receipts: readonly Receipt[]): readonly Receipt[] {
  const kept = new Set(receipts.filter(({ isResidue }) => !isResidue).map(packetOf));
  return receipts.filter((receipt) => !receipt.isResidue || !kept.has(packetOf(receipt)));
}

function packetOf({ event, index }: Receipt): string {
  return `${event} ${index}`;
}
