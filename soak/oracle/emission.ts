import type { Emitting, Logged } from "../log";

/** One emit, from the moment that somebody wanted it to the moment that it was confirmed. */
export interface Emission extends Emitting {
  readonly start: number;
  /** Infinite where nobody knows what became of it. */
  readonly end: number;
  /** The runs of its emitter, in the order in which anybody heard of them: with at-least-once, there are several. */
  readonly executions: readonly string[];
}

export function emissions(log: readonly Logged[]): ReadonlyMap<string, Emission> {
  const all = new Map<string, Emission>();
  for (const entry of log) {
    if (entry.kind === "emitting")
      all.set(entry.event, { ...entry, start: entry.at, end: Number.POSITIVE_INFINITY, executions: [] });
    const known = "event" in entry ? all.get(entry.event) : undefined;
    if (known !== undefined) all.set(known.event, { ...known, ...whatBecameOf(known, entry) });
  }
  return all;
}

function whatBecameOf({ executions }: Emission, entry: Logged): Partial<Emission> {
  if (entry.kind === "emitted" && entry.outcome === "done") return { end: entry.at };
  if (entry.kind !== "received" || executions.includes(entry.execution)) return {};
  return { executions: [...executions, entry.execution] };
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
  return one.start < other.end && other.start < one.end;
}
