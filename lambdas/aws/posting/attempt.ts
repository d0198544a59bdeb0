import type { Exchange } from "../http/exchange";

/**
 * What one attempt at a request to `@connections` came to.
 *
 * - `done`, `gone` (410), `throttled` (429), `refused` (any other answer that says that it was not done);
 * - `unsent`: not a byte has left;
 * - `unknown`: an error of the other side, or none of its answers.
 */
export type Attempt = "done" | "gone" | "throttled" | "refused" | "unsent" | "unknown";

const MAX_LOGGED_CHARACTERS = 300;

export function attemptOf(exchange: Exchange): Attempt {
  if (exchange.kind !== "answered") return exchange.kind === "unsent" ? "unsent" : "unknown";
  const { status } = exchange;
  if (status < 300) return "done";
  if (status === 410) return "gone";
  if (status === 429) return "throttled";
  return status < 500 ? "refused" : "unknown";
}

/** An answer says what is wrong: a permission that is missing, a frame that is too large. Never what was posted. */
export function describe(exchange: Exchange): Readonly<Record<string, unknown>> {
  if (exchange.kind !== "answered") return { error: exchange.error };
  return { status: exchange.status, answer: exchange.body.slice(0, MAX_LOGGED_CHARACTERS) };
}
