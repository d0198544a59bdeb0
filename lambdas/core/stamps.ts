import { randomBytes } from "node:crypto";
import type { Stamp } from "./records";

/** Stamps of one invocation, each later than the one before; see `Stamp`. */
export function stampsOf(arrivedAt: number): () => Stamp {
  const random = randomBytes(6).toString("hex");
  let count = 0;
  return () => {
    count += 1;
    return `${String(arrivedAt).padStart(13, "0")}-${random}-${String(count).padStart(4, "0")}`;
  };
}
