import type { Finding } from "./findings";
import type { Snapshot } from "./snapshot";
import type { Traces } from "./traces";

/** What contradicts among the items of one connection. */
export type ConnectionRule = (traces: Traces, snapshot: Snapshot) => readonly Finding[];
