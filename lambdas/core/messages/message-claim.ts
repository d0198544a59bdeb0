import { comeAgain } from "./queue-answers";
import type { Attempts, BatchServices, OfOneConnection } from "./queued-message";

/**
 * - `ours`: nobody else gets the messages before this invocation has ended. `latest` is what was noted of the
 *   connection, where they came before.
 * - `lost`: somebody else may have them by now, or what was noted could not be read; they come again.
 */
export type Claim =
  | { readonly kind: "ours"; readonly messages: OfOneConnection; readonly latest?: Attempts }
  | { readonly kind: "lost"; readonly messages: OfOneConnection };

/** By which the clocks of the queue and of this Lambda may differ. */
const CLOCKS_DIFFER_MS = 2_000;

/** Asks nobody where messages came for the first time and in time, as they nearly always do. */
export async function claim(services: BatchServices, messages: OfOneConnection): Promise<Claim> {
  const isFirstTime = messages.every(({ receiveCount }) => receiveCount === 1);
  if (isFirstTime && isInTime(services, messages)) return { kind: "ours", messages };
  if (!(await isProlonged(services, messages))) return { kind: "lost", messages };
  return isFirstTime ? { kind: "ours", messages } : withLatest(services, messages);
}

/** Its message was begun before by a Lambda that did not report, or failed. */
export function isSuspect(claimed: Claim): boolean {
  if (claimed.kind === "lost") return false;
  const { messages, latest } = claimed;
  return messages[0].sequence === latest?.sequence;
}

/** Where Lambda throttles the function, its poller keeps a batch and tries again, while the messages' time runs. */
function isInTime({ endsAt, visibilitySeconds }: BatchServices, [first]: OfOneConnection): boolean {
  return endsAt + CLOCKS_DIFFER_MS <= first.firstReceivedAt + visibilitySeconds * 1_000;
}

async function isProlonged(services: BatchServices, messages: OfOneConnection): Promise<boolean> {
  const { queue, visibilitySeconds, log } = services;
  const { connectionId } = messages[0];
  try {
    await queue.comeAgain(messages, visibilitySeconds);
    return true;
  } catch (error) {
    log.warn("messages came too late to be handled", { connectionId, error });
    return false;
  }
}

async function withLatest(services: BatchServices, messages: OfOneConnection): Promise<Claim> {
  const { connectionId, receiveCount } = messages[0];
  try {
    return { kind: "ours", messages, latest: await services.attempts.latest(connectionId) };
  } catch (error) {
    services.log.error("a message could not be begun, and will be tried again", {
      connectionId,
      receiveCount,
      error,
    });
    await comeAgain(services, messages, "failed");
    return { kind: "lost", messages };
  }
}
