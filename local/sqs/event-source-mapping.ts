import type { LambdaService } from "../lambda/service";
import type { Limits } from "../limits";
import { REGION } from "../template/account";
import type { EventSource } from "../template/model";
import type { Terminal } from "../terminal";
import type { Queue, Receipt } from "./queue";

/** Of Lambda, what feeding a function takes. */
export type Invokes = Pick<LambdaService, "find" | "invoke">;

/** Lambda's pollers of one queue: they invoke the function with batches, and delete what it has handled. */
export class EventSourceMapping {
  private polling = 0;
  private isWoken = false;
  private isStopped = false;

  constructor(
    private readonly source: EventSource,
    private readonly queue: Queue,
    private readonly lambda: Invokes,
    private readonly limits: Pick<Limits, "queuePollers">,
    private readonly terminal: Terminal,
  ) {}

  /** What arrives in one turn of the event loop is received together. */
  wake(): void {
    if (this.isWoken) return;
    this.isWoken = true;
    setImmediate(() => {
      this.isWoken = false;
      while (this.polling < this.limits.queuePollers && this.poll());
    });
  }

  /** What was received is handled to its end. */
  stop(): void {
    this.isStopped = true;
  }

  private poll(): boolean {
    if (this.isStopped) return false;
    const receipts = this.queue.receive(this.source.batchSize);
    if (receipts.length === 0) return false;
    this.polling += 1;
    void this.handle(receipts).finally(() => {
      this.polling -= 1;
      this.wake();
    });
    return true;
  }

  /** What failed comes again when its visibility timeout is over, or when the function has said. */
  private async handle(receipts: readonly Receipt[]): Promise<void> {
    const fn = this.lambda.find(this.source.functionName);
    if (fn === undefined) return this.terminal.line(`${this.source.functionName} is not deployed`);
    const outcome = await this.lambda.invoke(fn, JSON.stringify(this.eventOf(receipts)));
    if (outcome.type !== "result") return;
    const failed = this.source.reportsFailures ? failuresIn(outcome.payload) : new Set<string>();
    for (const { id, handle } of receipts) if (!failed.has(id)) this.queue.delete(handle);
  }

  private eventOf(receipts: readonly Receipt[]) {
    return { Records: receipts.map((receipt) => recordOf(receipt, this.source.queueArn)) };
  }
}

function recordOf(receipt: Receipt, eventSourceARN: string) {
  return {
    messageId: receipt.id,
    receiptHandle: receipt.handle,
    body: receipt.body,
    attributes: {
      ApproximateReceiveCount: String(receipt.count),
      SentTimestamp: String(receipt.sentAt),
      SequenceNumber: receipt.sequence,
      MessageGroupId: receipt.groupId,
      MessageDeduplicationId: receipt.deduplicationId,
      SenderId: "AROA:BackplaneAssumeRoleSession",
      ApproximateFirstReceiveTimestamp: String(receipt.firstReceivedAt),
    },
    messageAttributes: {},
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: REGION,
  };
}

/** The ids of `batchItemFailures`. */
function failuresIn(payload: string): ReadonlySet<string> {
  const response: unknown = JSON.parse(payload);
  const failures: unknown =
    typeof response === "object" && response !== null
      ? Reflect.get(response, "batchItemFailures")
      : undefined;
  if (!Array.isArray(failures)) return new Set();
  return new Set(failures.map((failure) => String(Reflect.get(failure, "itemIdentifier"))));
}
