import { LocalCounts } from "./local-counts";
import type { WindowStore } from "./ports";
import type { Refusals } from "./refusals";

/** What the limits need, and what an environment remembers for them. */
export interface Limits {
  readonly windows: WindowStore;
  readonly refusals: Refusals;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  /** By connection. */
  readonly messages: LocalCounts;
  /** By address: new connections, and of those the refused. */
  readonly connections: LocalCounts;
  readonly refusedConnections: LocalCounts;
}

export function createLimits(from: Pick<Limits, "windows" | "refusals" | "random">): Limits {
  return {
    ...from,
    messages: new LocalCounts(),
    connections: new LocalCounts(),
    refusedConnections: new LocalCounts(),
  };
}
