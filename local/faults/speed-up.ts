import { AWS_LIMITS, type Limits } from "../limits";

/** The gateway's own cuts, after two hours and after ten idle minutes, so many times as soon. */
export function spedUp(factor: number): Pick<Limits, "idleMs" | "lifetimeMs"> {
  return { idleMs: AWS_LIMITS.idleMs / factor, lifetimeMs: AWS_LIMITS.lifetimeMs / factor };
}
