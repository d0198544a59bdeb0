import type { Logged } from "./log";
import type { SoakOptions } from "./options";
import type { Verdict } from "./oracle";
import type { Violation, ViolationKind } from "./oracle/violation";

export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly roomSize: number;
  readonly recovery: boolean;
  readonly order: SoakOptions["order"];
  readonly owed: number;
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  readonly misordered: number;
  readonly misdelivered: number;
  readonly leakedItems: number;
  /** Clients that were not answered any more at the end. */
  readonly stuck: number;
  /** What is not promised; see `ViolationKind`. */
  readonly undecidedLost: number;
  readonly undecidedDoubled: number;
  readonly unrecovered: number;
  readonly recovered: number;
  readonly reconnects: number;
  readonly received: number;
  readonly deliveriesPerSecond: number;
  /** Emits of so many packets that workers deliver them. */
  readonly shouts: number;
  /** Connections that the gateway ended for their age, and for being idle. */
  readonly cuts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Some of what is wrong, of each kind. */
  readonly examples: readonly (Violation | string)[];
}

export interface Findings {
  readonly verdict: Verdict;
  readonly leaks: readonly string[];
  readonly stuck: number;
  readonly cuts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Measured. */
  readonly seconds: number;
  readonly log: readonly Logged[];
}

const EXAMPLES = 5;

export function reportOf(
  { seed, clients, roomSize, recovery, order }: SoakOptions,
  { verdict, leaks, stuck, cuts, faults, seconds, log }: Findings,
): Report {
  const { owed, delivered, received, unrecovered, violations } = verdict;
  const count = (...kinds: readonly ViolationKind[]) =>
    violations.filter(({ kind }) => kinds.includes(kind)).length;
  const connects = log.filter((entry) => entry.kind === "connected");
  return {
    seed,
    seconds: Math.round(seconds),
    clients,
    roomSize,
    recovery,
    order,
    owed,
    delivered,
    lost: count("lost"),
    doubled: count("doubled"),
    misordered: count("misordered-emits", "misordered-replay", "misordered-messages"),
    misdelivered: count("misdelivered"),
    leakedItems: leaks.length,
    stuck,
    undecidedLost: count("undecided-lost"),
    undecidedDoubled: count("undecided-doubled"),
    unrecovered,
    recovered: connects.filter(({ recovered }) => recovered).length,
    reconnects: Math.max(0, connects.length - clients),
    received,
    deliveriesPerSecond: Math.round(received / seconds),
    shouts: log.filter((entry) => entry.kind === "emitting" && entry.isLarge).length,
    cuts,
    faults,
    examples: [...examplesOf(violations), ...leaks.slice(0, EXAMPLES)],
  };
}

/** Of each kind some: one that there is much of hides none of the others. */
function examplesOf(violations: readonly Violation[]): readonly Violation[] {
  const kinds = [...new Set(violations.map(({ kind }) => kind))].filter(
    (kind) => !kind.startsWith("undecided"),
  );
  return kinds.flatMap((wanted) => violations.filter(({ kind }) => kind === wanted).slice(0, EXAMPLES));
}

export function isGood({ lost, doubled, misordered, misdelivered, leakedItems, stuck }: Report): boolean {
  return lost + doubled + misordered + misdelivered + leakedItems + stuck === 0;
}
