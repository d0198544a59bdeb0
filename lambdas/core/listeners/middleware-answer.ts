import type { ConnectError } from "../api/api";
import type { RuntimeNext } from "../api/namespace-definition";
import type { Services } from "../services";
import { remainingMs } from "./deadline";
import { settlesWithin } from "./listeners";

/**
 * `next(error)` speaks to the client. What a middleware throws may name anything: that is for the log.
 *
 * - `passed`: it called `next()`.
 * - `refused`: it called `next(error)`.
 * - `failed`: it threw, rejected, or did not call `next` in time.
 */
export type MiddlewareAnswer =
  | { readonly kind: "passed" }
  | { readonly kind: "refused" | "failed"; readonly error: ConnectError };

/** Runs one middleware until it has answered. */
export async function answerOf(
  run: (next: RuntimeNext) => unknown,
  services: Services,
): Promise<MiddlewareAnswer> {
  const answered = new Promise<MiddlewareAnswer>((resolve) => {
    const next = (error?: unknown) =>
      resolve(
        error === undefined || error === null
          ? { kind: "passed" }
          : { kind: "refused", error: asError(error) },
      );
    // Async middleware may reject instead of calling `next`; resolving without calling it is no answer.
    Promise.resolve()
      .then(() => run(next))
      .catch((error) => resolve({ kind: "failed", error: asError(error) }));
  });
  if (await settlesWithin(answered, remainingMs(services))) return answered;
  const limitSeconds = services.settings.listenerTimeoutMs / 1000;
  return { kind: "failed", error: new Error(`middleware did not call next() within ${limitSeconds} s`) };
}

export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
