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
    return `${String(arrivedAt).padStart(13, "0")}-${sequence}-${String(count).padStart(4, "0")}`;
  };
}
