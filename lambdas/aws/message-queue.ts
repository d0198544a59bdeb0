import type { MessageQueue, QueuedMessage } from "../core/messages/message-batch";
import type { KeepAlive } from "./keep-alive";
import { createSignedClient, type SignedClient } from "./signed-requests";

export interface MessageQueueProps {
  /** Needed by the first request. */
  readonly queueUrl: string | undefined;
  readonly keepAlive: KeepAlive;
  readonly now: () => number;
}

type Operation = "ChangeMessageVisibilityBatch" | "DeleteMessageBatch";

/** The queue of clients' messages, as the function that handles them may change it. */
export function createMessageQueue({ queueUrl, keepAlive, now }: MessageQueueProps): MessageQueue {
  const clients = new Map<Operation, SignedClient>();
  const clientOf = (operation: Operation, url: string): SignedClient => {
    const { origin: endpoint } = new URL(url);
    const bodyHeaders = {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${operation}`,
    };
    const client =
      clients.get(operation) ?? createSignedClient({ service: "sqs", endpoint, bodyHeaders, keepAlive, now });
    clients.set(operation, client);
    return client;
  };
  const request = async (operation: Operation, entries: readonly object[]): Promise<void> => {
    if (queueUrl === undefined) throw new Error("the queue is not known to this function");
    const Entries = entries.map((entry, index) => ({ Id: String(index), ...entry }));
    const body = JSON.stringify({ QueueUrl: queueUrl, Entries });
    const exchange = await clientOf(operation, queueUrl).send("POST", "/", body);
    if (exchange.kind !== "answered") throw exchange.error;
    assertDone(operation, exchange.status, exchange.body);
  };
  return {
    remove: (messages) => request("DeleteMessageBatch", messages.map(entryOf)),
    retryAfter: (messages, VisibilityTimeout) =>
      request(
        "ChangeMessageVisibilityBatch",
        messages.map((message) => ({ ...entryOf(message), VisibilityTimeout })),
      ),
  };
}

function entryOf({ receipt }: QueuedMessage) {
  return { ReceiptHandle: receipt };
}

function assertDone(operation: Operation, status: number, body: string): void {
  const answer: unknown = status === 200 ? JSON.parse(body) : {};
  const failed: unknown = typeof answer === "object" && answer !== null && Reflect.get(answer, "Failed");
  const isDone = status === 200 && !(Array.isArray(failed) && failed.length > 0);
  if (!isDone) throw new Error(`${operation}: expected success, got ${status} ${body.slice(0, 500)}`);
}
