import * as v from "valibot";
import { parseEvent } from "../core/internal-events";
import type { QueuedMessage } from "../core/messages/queued-message";

/** What Lambda's event source mapping gives a function for a FIFO queue, as far as it is read. */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly ApproximateFirstReceiveTimestamp: string;
    readonly SequenceNumber: string;
    readonly MessageGroupId: string;
  };
}

export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Written by API Gateway, by the mapping template in `lib/message-queue.ts`. */
const sentMessage = v.object({ version: v.literal(1), arrivedAt: v.number(), body: v.string() });

export function isQueueEvent(event: unknown): event is QueueEvent {
  return typeof event === "object" && event !== null && "Records" in event;
}

/** @throws Error when another than our API Gateway has written to the queue. */
export function queuedMessagesOf({ Records }: QueueEvent): readonly QueuedMessage[] {
  return Records.map(({ messageId, receiptHandle, body, attributes }) => {
    const sent = parseEvent(sentMessage, JSON.parse(body));
    return {
      id: messageId,
      receipt: receiptHandle,
      connectionId: attributes.MessageGroupId,
      body: Buffer.from(sent.body, "base64").toString(),
      arrivedAt: sent.arrivedAt,
      sequence: attributes.SequenceNumber.padStart(20, "0"),
      receiveCount: Number(attributes.ApproximateReceiveCount),
      firstReceivedAt: Number(attributes.ApproximateFirstReceiveTimestamp),
    };
  });
}

/** A message as API Gateway has written it. */
export function queueBodyOf({ arrivedAt, body }: QueuedMessage): string {
  const sent: v.InferOutput<typeof sentMessage> = {
    version: 1,
    arrivedAt,
    body: Buffer.from(body).toString("base64"),
  };
  return JSON.stringify(sent);
}

export function batchResponseOf(failed: readonly string[]): BatchResponse {
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
