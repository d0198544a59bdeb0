import { isAllowed } from "../policy";
import type { SqsService } from "../sqs/sqs-service";
import type { QueueIntegration } from "../template/model";
import type { Terminal } from "../terminal";
import type { MessageEvent } from "./events";
import type { Integrated } from "./integration";

/** What a route does whose integration is SQS's SendMessage. Synchronous: two messages keep their order. */
export function sendMessage(
  sqs: SqsService,
  terminal: Terminal,
  { queueArn, requestBody, policy }: QueueIntegration,
  { body, requestContext }: MessageEvent,
): Integrated {
  if (!isAllowed(policy, "sqs:SendMessage", queueArn)) {
    terminal.line(`the integration's role may not send messages to ${queueArn}`);
    return { type: "refused" };
  }
  const form = new URLSearchParams(requestBody({ body, context: requestContext }));
  const queue = sqs.find(queueArn)?.queue;
  const text = form.get("MessageBody") ?? "";
  const groupId = form.get("MessageGroupId") ?? "";
  if (queue === undefined || form.get("Action") !== "SendMessage" || text === "" || groupId === "") {
    terminal.line(`SQS refused a message to ${queueArn}`);
    return { type: "failed" };
  }
  queue.send({ body: text, groupId, deduplicationId: form.get("MessageDeduplicationId") ?? undefined });
  return { type: "answer", status: 200, headers: {}, body: "" };
}
