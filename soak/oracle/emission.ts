import type { Emitting, Logged } from "../log";

/** One emit, from the moment that somebody wanted it to the moment that it was confirmed. */
export interface Emission extends Emitting {
  readonly start: number;
  /** Infinite where nobody knows what became of it. */
  readonly end: number;
  /** From here on nothing of it is on its way: where it is large, that is later than it was confirmed. */
  readonly over: number;
  /** The runs of its emitter, in the order in which anybody heard of them: with at-least-once, there are several. */
  readonly executions: readonly string[];
  /** By index: the earliest that anybody got the packet with. */
  readonly offsets: readonly (string | undefined)[];
}

type Growing = { -readonly [Key in keyof Emission]: Emission[Key] } & {
  readonly executions: string[];
  readonly offsets: (string | undefined)[];
};

/** `largeMs`: nothing of a large one is on its way so long after it was confirmed, nor when all is quiet. */
export function emissions(log: readonly Logged[], largeMs: number): ReadonlyMap<string, Emission> {
  const all = new Map<string, Growing>();
  const underWay = new Set<{ readonly emission: Growing; readonly untilMs: number }>();
  for (const entry of log) {
    for (const one of underWay) {
      if (entry.kind !== "settled" && entry.ms < one.untilMs) break;
      one.emission.over = entry.at;
      underWay.delete(one);
    }
    if (entry.kind === "emitting") all.set(entry.event, begun(entry));
    const emission = "event" in entry ? all.get(entry.event) : undefined;
    if (emission === undefined) continue;
    if (entry.kind === "received") heard(emission, entry);
    if (entry.kind !== "emitted" || entry.outcome !== "done") continue;
    emission.end = entry.at;
    if (emission.isLarge) underWay.add({ emission, untilMs: entry.ms + largeMs });
    else emission.over = entry.at;
  }
  return all;
}

function begun(entry: Extract<Logged, Emitting>): Growing {
  const [end, over] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { ...entry, start: entry.at, end, over, executions: [], offsets: [] };
}

function heard(
  { executions, offsets }: Growing,
  { execution, index, offset }: Extract<Logged, { readonly kind: "received" }>,
): void {
  if (!executions.includes(execution)) executions.push(execution);
  const known = offsets[index];
  if (offset !== undefined && (known === undefined || offset < known)) offsets[index] = offset;
}

export function isConfirmed({ end }: Emission): boolean {
  return Number.isFinite(end);
}

/** What is done again may be done after it was confirmed. */
export function isRepeated({ executions }: Emission): boolean {
  return executions.length > 1;
}

/** Whether the two may have been under way at the same time. */
export function overlap(one: Emission, other: Emission): boolean {
  return one.start < other.over && other.start < one.over;
}
