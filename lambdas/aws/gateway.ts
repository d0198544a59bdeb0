import type { Clock, Gateway, Log, PostOptions, PostOutcome } from "../core/ports";
import type { Recipient } from "../core/records";
import type { Exchange } from "./http/exchange";
import type { KeepAlive } from "./keep-alive";
import { type Attempt, attemptOf, describe } from "./posting/attempt";
import { backOffMs, newbornMs, type RetryRule, repeat } from "./posting/retries";
import { createSignedClient, escapeSegment, type SignedClient } from "./signed-requests";

/** How long what was certainly not done is tried again. */
const RETRIES_MS = 2_000;

export interface GatewayProps {
  /** Needed by the first post. */
  readonly callbackUrl: string | undefined;
  readonly keepAlive: KeepAlive;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Posts to connections by the stage's callback URL, never by a domain name of the event (custom domains break
 * it). A post of which nobody knows whether it arrived is not repeated: a client may see an event less than
 * once, and never twice.
 */
export function createGateway(props: GatewayProps): Gateway {
  const { clock, log } = props;
  let client: SignedClient | undefined;
  const send = (method: "POST" | "DELETE", connectionId: string, body?: string): Promise<Exchange> => {
    client ??= connectionsClient(props);
    return client.send(method, `/${escapeSegment(connectionId)}`, body);
  };
  return {
    post: async (recipient, frame, options) => {
      const first = await send("POST", recipient.connectionId, frame);
      if (attemptOf(first) === "done") return "sent";
      const again = () => send("POST", recipient.connectionId, frame);
      const last = await repeat(clock, first, again, postingRule(clock, recipient, options));
      return outcomeOf(last, recipient, log);
    },
    close: async (connectionId) => {
      const again = () => send("DELETE", connectionId);
      const last = await repeat(clock, await again(), again, closingRule);
      const attempt = attemptOf(last);
      if (attempt === "done") return "closed";
      if (attempt === "gone") return "gone";
      throw closingError(last);
    },
  };
}

function connectionsClient({ callbackUrl, keepAlive, clock }: GatewayProps): SignedClient {
  if (callbackUrl === undefined) throw new Error("this function was not told where to post to");
  return createSignedClient({
    service: "execute-api",
    endpoint: `${callbackUrl}/@connections`,
    bodyHeaders: { "content-type": "application/octet-stream" },
    keepAlive,
    now: clock.now,
  });
}

function postingRule(
  clock: Clock,
  { newbornUntil = 0 }: Recipient,
  { retryThrottledMs = RETRIES_MS }: PostOptions = {},
): RetryRule {
  return (attempt, retry, elapsedMs) => {
    if (attempt === "gone" && clock.now() < newbornUntil) return newbornMs(retry);
    if (attempt === "throttled") return backOffMs(retry, retryThrottledMs - elapsedMs);
    return attempt === "unsent" ? backOffMs(retry, RETRIES_MS - elapsedMs) : undefined;
  };
}

/** Closing twice is closing. */
function closingRule(attempt: Attempt, retry: number, elapsedMs: number): number | undefined {
  const isSettled = attempt === "done" || attempt === "gone" || attempt === "refused";
  return isSettled ? undefined : backOffMs(retry, RETRIES_MS - elapsedMs);
}

function closingError(exchange: Exchange): Error {
  const message = "a connection could not be closed";
  if (exchange.kind !== "answered") return new Error(message, { cause: exchange.error });
  return new Error(`${message}: ${exchange.status} ${exchange.body}`);
}

const OUTCOMES: Readonly<Record<Attempt, PostOutcome>> = {
  done: "sent",
  gone: "gone",
  throttled: "throttled",
  refused: "failed",
  unsent: "failed",
  unknown: "unknown",
};

const TROUBLES: Readonly<Partial<Record<PostOutcome, string>>> = {
  failed: "a post failed",
  unknown: "nobody knows whether a post arrived",
};

function outcomeOf(exchange: Exchange, { connectionId }: Recipient, log: Log): PostOutcome {
  const outcome = OUTCOMES[attemptOf(exchange)];
  const trouble = TROUBLES[outcome];
  if (trouble !== undefined) log.error(trouble, { connectionId, ...describe(exchange) });
  return outcome;
}
