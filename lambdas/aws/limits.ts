import { createLimits, type Limits } from "../core/limits/limits";
import type { WindowStore } from "../core/limits/ports";
import { Refusals } from "../core/limits/refusals";
import { writeRefusals } from "./refusal-metric";

export function limitsIn(windows: WindowStore): Limits {
  return createLimits({ windows, refusals: new Refusals(Date.now, writeRefusals), random: Math.random });
}
