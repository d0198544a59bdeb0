import { type Offset, offsetSource } from "../../lambdas/core/recovery/offsets";

/** Draws offsets one after the other. */
export function offsetsOneByOne(now: () => number, emitter?: number): () => Offset {
  const draw = offsetSource(now, emitter);
  return () => draw(1)[0] ?? "";
}
