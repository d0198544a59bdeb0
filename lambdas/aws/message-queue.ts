import type { MessageQueue, QueuedMessage } from "../core/messages/queued-message";
import type { KeepAlive } from "./keep-alive";
import { createSignedClient, type SignedClient } from "./signed-requests";
import { queueBodyOf } from "./sqs-events";

export interface MessageQueueProps {
  /** Needed by the first request. */
  readonly queueUrl: string | undefined;
  readonly deadLetterQueueUrl: string | undefined;
  readonly keepAlive: KeepAlive;
  readonly now: () => number;
}

type Operation = "ChangeMessageVisibilityBatch" | "DeleteMessageBatch" | "SendMessage";

/** The queue of clients' messages, as the function that handles them may change it. */
export function createMessageQueue(props: MessageQueueProps): MessageQueue {
  const { queueUrl, deadLetterQueueUrl } = props;
  const request = requests(props);
  const requestFor = (operation: Operation, entries: readonly object[]): Promise<void> =>
    request(operation, queueUrl, {
      Entries: entries.map((entry, index) => ({ Id: String(index), ...entry })),
    });
  return {
    remove: (messages) => requestFor("DeleteMessageBatch", messages.map(entryOf)),
    comeAgain: (messages, VisibilityTimeout) =>
      requestFor(
        "ChangeMessageVisibilityBatch",
        messages.map((message) => ({ ...entryOf(message), VisibilityTimeout })),
      ),
    bury: (message) => request("SendMessage", deadLetterQueueUrl, letterOf(message)),
  };
}

type Request = (operation: Operation, queueUrl: string | undefined, input: object) => Promise<void>;

function requests({ keepAlive, now }: MessageQueueProps): Request {
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
  return async (operation, queueUrl, input) => {
    if (queueUrl === undefined) throw new Error("the queue is not known to this function");
    const body = JSON.stringify({ QueueUrl: queueUrl, ...input });
    const exchange = await clientOf(operation, queueUrl).send("POST", "/", body);
    if (exchange.kind !== "answered") throw exchange.error;
    assertDone(operation, exchange.status, exchange.body);
  };
}

function entryOf({ receipt }: QueuedMessage) {
  return { ReceiptHandle: receipt };
}

/** As it came, and once, however often it is sent within five minutes. */
function letterOf(message: QueuedMessage) {
  const { connectionId: MessageGroupId, id: MessageDeduplicationId } = message;
  return { MessageGroupId, MessageDeduplicationId, MessageBody: queueBodyOf(message) };
}

function assertDone(operation: Operation, status: number, body: string): void {
  const answer: unknown = status === 200 ? JSON.parse(body) : {};
  const failed: unknown = typeof answer === "object" && answer !== null && Reflect.get(answer, "Failed");
  const isDone = status === 200 && !(Array.isArray(failed) && failed.length > 0);
  if (!isDone) throw new Error(`${operation}: expected success, got ${status} ${body.slice(0, 500)}`);
}
