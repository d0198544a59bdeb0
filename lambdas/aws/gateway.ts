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
      for (let retry = 0; outcome === "gone" && now() < (recipient.newbornUntil ?? 0); retry += 1) {
        await delay(NEWBORN_RETRY_MS[Math.min(retry, NEWBORN_RETRY_MS.length - 1)]);
        outcome = await postOnce(recipient, frame);
      }
      return outcome;
    },
    close: async (connectionId) => {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
      } catch (error) {
        if (!(error instanceof GoneException)) throw error;
      }
    },
  };
}
