import { join } from "node:path";
import type { Faults } from "./faults";

const CLOCK = join(__dirname, "clock-ahead.cjs");

/** What one environment has of its own: a session token, as in AWS, and perhaps a clock that is ahead. */
export function environmentVariables(
  faults: Faults,
  functionName: string,
  id: string,
): Readonly<Record<string, string>> {
  const strike = faults.strike("start", { function: functionName });
  const token = { AWS_SESSION_TOKEN: id };
  if (strike === undefined) return token;
  return {
    ...token,
    LOCAL_CLOCK_AHEAD_MS: String(strike.ms),
    NODE_OPTIONS: `--require ${JSON.stringify(CLOCK)}`,
  };
}
