import { setTimeout as delay } from "node:timers/promises";
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import type { Gateway, Log, PostOutcome } from "../core/ports";
import type { Recipient } from "../core/records";
import type { KeepAlive } from "./keep-alive";

/** A connection answers 410 until `$connect` has returned, and for an unknown moment after that. */
const NEWBORN_RETRY_MS = [50, 100, 200, 400];
/** 429 says that the frame was not taken, so it may be posted again. */
const THROTTLED_RETRY_MS = [50, 150, 450];

const REQUEST_TIMEOUT_MS = 5_000;

export interface GatewayProps {
  /** Needed by the first post. */
  readonly callbackUrl: string | undefined;
  readonly keepAlive: KeepAlive;
  readonly now: () => number;
  readonly log: Log;
}

/** Posts to connections by the stage's callback URL, never by a domain name of the event (custom domains break it). */
export function createGateway({ callbackUrl, keepAlive, now, log }: GatewayProps): Gateway {
  const client = new ApiGatewayManagementApiClient({
    endpoint: callbackUrl,
    // The SDK would also repeat a post of which nobody knows whether it arrived: a client may see an event
    // less than once, and never twice.
    maxAttempts: 1,
    requestHandler: keepAlive.requestHandler(REQUEST_TIMEOUT_MS),
  });

  const postOnce = async ({ connectionId }: Recipient, frame: string): Promise<PostOutcome> => {
    try {
      await client.send(
        new PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(frame) }),
      );
      return "sent";
    } catch (error) {
      if (error instanceof GoneException) return "gone";
      if (error instanceof LimitExceededException) return "throttled";
      log.error("a post failed", { connectionId, error });
      return "failed";
    }
  };

  return {
    post: async (recipient, frame) => {
      let outcome = await postOnce(recipient, frame);
      for (let retry = 0; ; retry += 1) {
        const waitMs = retryAfterMs(outcome, retry, now() < (recipient.newbornUntil ?? 0));
        if (waitMs === undefined) return outcome;
        await delay(waitMs);
        outcome = await postOnce(recipient, frame);
      }
    },
    close: async (connectionId) => {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
        return "closed";
      } catch (error) {
        if (error instanceof GoneException) return "gone";
        throw error;
      }
    },
  };
}

/** `undefined` when the outcome stands. */
function retryAfterMs(outcome: PostOutcome, retry: number, isNewborn: boolean): number | undefined {
  if (outcome === "gone" && isNewborn) return NEWBORN_RETRY_MS[Math.min(retry, NEWBORN_RETRY_MS.length - 1)];
  const waitMs = outcome === "throttled" ? THROTTLED_RETRY_MS[retry] : undefined;
  // With jitter: those who were refused together should not come back together.
  return waitMs && waitMs * (0.5 + Math.random());
}
