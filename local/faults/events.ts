import type { Faults } from "./faults";

/** Delivers an asynchronous event to a function, unless a fault has it come late or twice. */
export function deliver(faults: Faults, functionName: string, once: () => void): void {
  const strike = faults.strike("event", { function: functionName });
  if (strike?.name === "lambda.late") setTimeout(once, strike.ms).unref();
  else once();
  if (strike?.name === "lambda.twice") once();
}
