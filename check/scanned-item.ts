import type { Key } from "../lambdas/aws/dynamodb/keys";
import type { Stamp } from "../lambdas/core/records";

/** An item as the scan reads it: its key, and of the rest what its kind has. Times as the stores keep them. */
export interface ScannedItem extends Key {
  readonly expiresAt?: number;
  readonly connectionId?: string;
  readonly connectedAt?: number;
  readonly arrivedAt?: number;
  readonly closedFor?: string;
  readonly closedAt?: number;
  readonly claimedAt?: number;
  readonly isProtected?: boolean;
  readonly turnId?: string;
  readonly turnUntil?: number;
  readonly namespace?: string;
  readonly sid?: string;
  readonly stamp?: Stamp;
  readonly userId?: string;
  /** Keyed by `mapKey`. */
  readonly rooms?: Readonly<Record<string, Stamp>>;
  readonly left?: Readonly<Record<string, Stamp>>;
  readonly pid?: string;
  readonly parkedBy?: string;
  readonly awaitedUntil?: number;
  readonly claimedUntil?: number;
  readonly isDone?: boolean;
  readonly isFinished?: boolean;
}

/** Milliseconds since the epoch: a stamp begins with them. */
export function timeOf(stamp: Stamp | undefined): number | undefined {
  const time = Number.parseInt(stamp ?? "", 10);
  return Number.isNaN(time) ? undefined : time;
}
