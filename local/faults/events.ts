import type { Faults } from "./faults";

/** Delivers an asynchronous event to a function, unless a fault has it come late or twice. Resolves when it is done. */
export function deliver(
  faults: Faults,
  functionName: string,
  once: () => Promise<unknown>,
): Promise<unknown> {
  const strike = faults.strike("event", { function: functionName });
  if (strike?.name === "lambda.late") return later(strike.ms, once);
  return Promise.all([once(), strike?.name === "lambda.twice" && once()]);
}

/** Nobody waits for it when the process wants to end. */
function later(ms: number, once: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => setTimeout(() => resolve(once()), ms).unref());
}
