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
const BATCH_SIZE = 10;

/**
 * Beyond the function's timeout, for its start. When a Lambda dies, its connections wait for all of it; AWS's
 * six timeouts are for throttled functions, and the function looks itself whether its batch came too late.
 */
const SECONDS_TO_START = 30;

/** What clients sent, each connection a group of its own: SQS hands on a group's messages one batch at a time. */
export class MessageQueue extends Construct {
  readonly queue: Queue;
  /** What the function gives up. It counts itself: SQS also counts what a message was handed on for nothing. */
  readonly deadLetterQueue: Queue;
  private readonly visibilityTimeout: Duration;

  constructor(scope: Construct, id: string, props: MessageQueueProps) {
    super(scope, id);
    const { functionTimeout, removalPolicy } = props;
    this.visibilityTimeout = functionTimeout.plus(Duration.seconds(SECONDS_TO_START));
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
      visibilityTimeout: this.visibilityTimeout,
    });
  }

  /** Has a function handle the messages; it may also delete them, say when it wants them again, and give them up. */
  feed(fn: LambdaFunction): void {
    fn.addEnvironment(ENV.messageQueueUrl, this.queue.queueUrl);
    fn.addEnvironment(ENV.messageVisibilitySeconds, String(this.visibilityTimeout.toSeconds()));
    fn.addEnvironment(ENV.deadLetterQueueUrl, this.deadLetterQueue.queueUrl);
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [this.deadLetterQueue.queueArn] }),
    );
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
