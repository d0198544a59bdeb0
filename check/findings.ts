import type { Key } from "../lambdas/aws/dynamodb/keys";
import type { ScannedItem } from "./scanned-item";

/** What contradicts, and in which way. */
export type Contradiction =
  | "unknown-kind"
  | "never-expires"
  | "long-expired"
  | "liveness-missing"
  | "liveness-misplaced"
  | "handshake-missing"
  | "connection-missing"
  | "closing-unlisted"
  | "closing-stuck"
  | "socket-stuck"
  | "socket-missing"
  | "room-missing"
  | "membership-missing"
  | "membership-elsewhere"
  | "membership-stamp"
  | "membership-unprotected";

export interface Finding {
  readonly what: Contradiction;
  /** The item that has it. */
  readonly key: Key;
  readonly says: string;
  /** Since when at least; absent where the table does not say. */
  readonly ageSeconds?: number;
  /** Young enough for a Lambda to be at it right now. */
  readonly mayBeInFlight: boolean;
}

/** A Lambda runs for 30 s at most. */
const INVOCATION_MS = 30_000;

/** The heartbeat starts a closer again a minute after the last, looks once a minute, and the closer runs too. */
export const CLOSING_MS = 150_000;

export interface Since {
  /** Milliseconds since the epoch, when what contradicts was written. */
  readonly at?: number;
  readonly now: number;
  /** How long it may take whoever is at it. */
  readonly inFlightMs?: number;
}

export function finding(
  what: Contradiction,
  { pk, sk }: ScannedItem,
  says: string,
  { at, now, inFlightMs = INVOCATION_MS }: Since,
): Finding {
  const base = { what, key: { pk, sk }, says };
  if (at === undefined) return { ...base, mayBeInFlight: false };
  const ageMs = Math.max(0, now - at);
  return { ...base, ageSeconds: Math.round(ageMs / 1_000), mayBeInFlight: ageMs < inFlightMs };
}

/** The same in two looks: what was written anew in between is another. */
export function isSame(one: Finding, other: Finding): boolean {
  return one.what === other.what && one.says === other.says && itemOf(one) === itemOf(other);
}

export function itemOf({ key }: Finding): string {
  return `${key.pk} ${key.sk}`;
}
