import { randomBytes } from "node:crypto";
import type { Stamp } from "./records";

/**
 * Stamps of one message, each later than the one before; see `Stamp`. Of two messages of one millisecond the
 * `sequence` decides where there is one, else chance.
 */
export function stampsOf(arrivedAt: number, sequence = randomBytes(6).toString("hex")): () => Stamp {
  let count = 0;
  return () => {
    count += 1;
    return `${beginning(arrivedAt, sequence)}${String(count).padStart(4, "0")}`;
  };
}

/** Whether it is one of the message's. Never where there is no `sequence`. */
export function isStampOf(stamp: Stamp, arrivedAt: number, sequence: string | undefined): boolean {
  return sequence !== undefined && stamp.startsWith(beginning(arrivedAt, sequence));
}

/** Milliseconds since the epoch. */
export function arrivedAt(stamp: Stamp): number {
  return Number.parseInt(stamp, 10);
}

function beginning(arrivedAt: number, sequence: string): string {
  return `${String(arrivedAt).padStart(13, "0")}-${sequence}-`;
}
