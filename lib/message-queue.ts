import { Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { PassthroughBehavior, type WebSocketRouteIntegration } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketAwsIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { DeduplicationScope, FifoThroughputLimit, Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { ENV } from "../lambdas/aws/env";

export interface MessageQueueProps {
  /** Of the function that handles the messages. */
  readonly functionTimeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** No FIFO queue has larger batches. */
export const BATCH_SIZE = 10;

/** A message that was received this often goes to the dead-letter queue. */
const ATTEMPTS = 4;

/** As AWS advises: Lambda may be throttled, and tries again, while nobody else must get the group's messages. */
const TIMEOUTS_INVISIBLE = 6;

/** What clients sent, each connection a group of its own: SQS hands on a group's messages one batch at a time. */
export class MessageQueue extends Construct {
  readonly queue: Queue;
  /** What could not be handled, and what came after it. */
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: MessageQueueProps) {
    super(scope, id);
    const { removalPolicy } = props;
    // High throughput: without these a queue takes 300 messages a second in all.
    const fifo = {
      fifo: true,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      removalPolicy,
    };
    this.deadLetterQueue = new Queue(this, "DeadLetters", { ...fifo, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, "Messages", {
      ...fifo,
      // No connection lasts longer.
      retentionPeriod: Duration.hours(2),
      visibilityTimeout: Duration.seconds(TIMEOUTS_INVISIBLE * props.functionTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: ATTEMPTS },
    });
  }

  /** Has a function handle the messages; it may also delete them, and say when it wants them again. */
  feed(fn: LambdaFunction): void {
    fn.addEnvironment(ENV.messageQueueUrl, this.queue.queueUrl);
    fn.addEnvironment(ENV.messageAttempts, String(ATTEMPTS));
    fn.addEventSource(
      new SqsEventSource(this.queue, { batchSize: BATCH_SIZE, reportBatchItemFailures: true }),
    );
  }

  /** For a route: API Gateway sends each message here itself. */
  integration(): WebSocketRouteIntegration {
    const { partition, region, account } = Stack.of(this);
    return new WebSocketAwsIntegration("Queue", {
      integrationUri: `arn:${partition}:apigateway:${region}:sqs:path/${account}/${this.queue.queueName}`,
      integrationMethod: "POST",
      credentialsRole: this.sender(),
      requestParameters: {
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
      },
      templateSelectionExpression: "\\$default",
      requestTemplates: { $default: SEND_MESSAGE },
      passthroughBehavior: PassthroughBehavior.NEVER,
    });
  }

  private sender(): Role {
    const role = new Role(this, "Sender", { assumedBy: new ServicePrincipal("apigateway.amazonaws.com") });
    role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.queue.queueArn] }));
    return role;
  }
}

/**
 * SQS's query protocol, as a mapping template; `sentMessage` in `lambdas/aws/sqs-events.ts` reads it. The
 * body is base64: a client may send characters that SQS refuses, or nothing at all.
 */
const SEND_MESSAGE = [
  "Action=SendMessage",
  "MessageGroupId=$util.urlEncode($context.connectionId)",
  "MessageDeduplicationId=$util.urlEncode($context.requestId)",
  `MessageBody=${encodeURIComponent('{"version":1,"arrivedAt":')}$context.requestTimeEpoch` +
    `${encodeURIComponent(',"body":"')}$util.urlEncode($util.base64Encode($input.body))${encodeURIComponent('"}')}`,
].join("&");
