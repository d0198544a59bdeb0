import { type Finding, isSame } from "./findings";
import { contradictions, straySessions } from "./rules";
import type { ScannedItem } from "./scanned-item";
import { type Pass, Snapshot } from "./snapshot";

/** Reads the whole table anew each time that it is called. */
export type ReadTable = () => AsyncIterable<readonly ScannedItem[]>;

export interface CheckOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves between the first look and the second; without it there is one look. */
  readonly settle?: () => Promise<unknown>;
  /** How often the table is read for one look: each pass keeps its share of the items in memory. */
  readonly passes?: number;
}

export interface CheckReport {
  readonly items: Readonly<Record<string, number>>;
  /** What contradicts for good. */
  readonly contradictions: readonly Finding[];
  /** What contradicts, but is so young that a Lambda may be about it. */
  readonly inFlight: readonly Finding[];
  /** Harmless remains, by what they are. */
  readonly leftovers: Readonly<Record<string, number>>;
  /** Expired items by kind: no read sees them, and TTL deletes them within days. */
  readonly expired: Readonly<Record<string, number>>;
}

/**
 * Compares the items of a table with each other. A scan is no snapshot: what it finds of a table in use may
 * have been written while it read, so that only what a second look finds as well counts.
 */
export async function checkTable(read: ReadTable, options: CheckOptions): Promise<CheckReport> {
  const first = await look(read, options);
  if (options.settle === undefined || first.findings.length === 0) return report(first, first.findings);
  await options.settle();
  const second = await look(read, options);
  const settled = second.findings.filter((one) => first.findings.some((other) => isSame(one, other)));
  return report(second, settled);
}

interface Look {
  readonly findings: readonly Finding[];
  readonly counts: Omit<CheckReport, "contradictions" | "inFlight">;
}

async function look(read: ReadTable, { now, passes = 1 }: CheckOptions): Promise<Look> {
  const findings: Finding[] = [];
  const counts = { items: {}, leftovers: {}, expired: {} };
  for (let index = 0; index < passes; index += 1) {
    const snapshot = await take(read, now, { index, count: passes });
    findings.push(...contradictions(snapshot));
    const stray = straySessions(snapshot);
    if (stray > 0) snapshot.leftovers.set("a recovery session without a socket", stray);
    addAll(counts.items, snapshot.counts);
    addAll(counts.leftovers, snapshot.leftovers);
    addAll(counts.expired, snapshot.expired);
  }
  return { findings, counts };
}

async function take(read: ReadTable, now: () => number, pass: Pass): Promise<Snapshot> {
  const snapshot = new Snapshot(now(), pass);
  for await (const page of read()) for (const item of page) snapshot.add(item);
  return snapshot;
}

function report({ counts }: Look, findings: readonly Finding[]): CheckReport {
  return {
    ...counts,
    contradictions: findings.filter(({ mayBeInFlight }) => !mayBeInFlight),
    inFlight: findings.filter(({ mayBeInFlight }) => mayBeInFlight),
  };
}

/** In alphabetical order: a scan comes upon the kinds in none. */
function addAll(sums: Record<string, number>, counts: ReadonlyMap<string, number>): void {
  const sorted = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [name, count] of sorted) sums[name] = (sums[name] ?? 0) + count;
}
