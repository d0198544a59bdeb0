import type { Callers } from "../callers";
import type { Service } from "../front";
import { type Answer, type JsonProtocol, jsonService } from "../json-protocol";
import type { Queue as QueueSettings } from "../template/model";
import type { Queue, Receipt } from "./queue";
import type { SqsService } from "./sqs-service";

const PROTOCOL: JsonProtocol = { target: /^AmazonSQS\.(\w+)$/, version: "1.0" };

/** SQS's JSON, as far as it is read. */
interface Input {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly ReceiptHandle?: string;
  readonly Entries?: readonly Entry[];
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout?: number;
}

interface Named {
  readonly settings: QueueSettings;
  readonly queue: Queue;
}

/** Answers SQS's API: what functions need, and what shows a queue. */
export function sqsApi(sqs: SqsService, callers: Callers): Service {
  return jsonService<Input>(PROTOCOL, (operation, input, request) => {
    const caller = callers.of(request);
    if (caller === undefined)
      return refusal(403, "MissingAuthenticationToken", "Missing Authentication Token");
    if (operation === "ListQueues") return success({ QueueUrls: sqs.all.map(({ url }) => url) });
    const named = sqs.find(input.QueueUrl ?? input.QueueName ?? "");
    const action = `sqs:${operation.replace("Batch", "")}`;
    const resource = named?.settings.arn ?? "";
    if (!caller.may(action, resource)) return refusal(403, "AccessDenied", caller.denial(action, resource));
    if (named === undefined)
      return refusal(400, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");
    const run = OPERATIONS[operation];
    return run ? run(named, input) : refusal(400, "InvalidAction", `${operation} is not supported locally`);
  });
}

const OPERATIONS: Readonly<Record<string, (named: Named, input: Input) => Answer>> = {
  GetQueueUrl: ({ settings }) => success({ QueueUrl: settings.url }),
  GetQueueAttributes: ({ settings, queue }) =>
    success({
      Attributes: {
        QueueArn: settings.arn,
        ApproximateNumberOfMessages: String(queue.visible),
        ApproximateNumberOfMessagesNotVisible: String(queue.inFlight),
      },
    }),
  SendMessage: ({ queue }, { MessageBody = "", MessageGroupId = "", MessageDeduplicationId }) => {
    const message = queue.send({
      body: MessageBody,
      groupId: MessageGroupId,
      deduplicationId: MessageDeduplicationId,
    });
    return success({ MessageId: message.id, SequenceNumber: message.sequence });
  },
  ReceiveMessage: ({ queue }, { MaxNumberOfMessages = 1, VisibilityTimeout }) =>
    success({ Messages: queue.receive(MaxNumberOfMessages, VisibilityTimeout).map(received) }),
  DeleteMessage: ({ queue }, { ReceiptHandle = "" }) => {
    queue.delete(ReceiptHandle);
    return success({});
  },
  DeleteMessageBatch: ({ queue }, { Entries = [] }) => {
    for (const { ReceiptHandle } of Entries) queue.delete(ReceiptHandle);
    return success({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] });
  },
  ChangeMessageVisibilityBatch: ({ queue }, { Entries = [] }) => {
    const results = Entries.map(({ Id, ReceiptHandle, VisibilityTimeout = 0 }) => ({
      Id,
      isChanged: queue.changeVisibility(ReceiptHandle, VisibilityTimeout),
    }));
    return success({
      Successful: results.filter(({ isChanged }) => isChanged).map(({ Id }) => ({ Id })),
      Failed: results
        .filter(({ isChanged }) => !isChanged)
        .map(({ Id }) => ({ Id, Code: "MessageNotInflight", SenderFault: true })),
    });
  },
};

function received({ id, handle, body, count, groupId, sequence }: Receipt) {
  const Attributes = {
    ApproximateReceiveCount: String(count),
    MessageGroupId: groupId,
    SequenceNumber: sequence,
  };
  return { MessageId: id, ReceiptHandle: handle, Body: body, Attributes };
}

function success(body: unknown): Answer {
  return { status: 200, body };
}

function refusal(status: number, type: string, message: string): Answer {
  return { status, body: { __type: type, message } };
}
