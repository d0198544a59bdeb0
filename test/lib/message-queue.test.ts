import { ENV } from "../../lambdas/aws/env";
import { functionNamed, permissionsOf, resource, synthesize, text } from "./synthesize";

const template = synthesize({ order: "per-connection" });
const QUEUE = "{RoomcastQueueMessages.Arn}";

const queue = (name: string) => resource(template, "AWS::SQS::Queue", `Queue${name}`).Properties;

const integration = Object.values(template.findResources("AWS::ApiGatewayV2::Integration")).find(
  ({ Properties }) => Properties.IntegrationType === "AWS",
);

describe("by default", () => {
  it("has no queue, and each message invokes the function", () => {
    const unordered = synthesize();
    unordered.resourceCountIs("AWS::SQS::Queue", 0);
    unordered.resourceCountIs("AWS::Lambda::EventSourceMapping", 0);
    expect(functionNamed(unordered, "Message").Properties.Timeout).toBe(29);
  });
});

describe("the queue", () => {
  it.each(["Messages", "DeadLetters"])("%s has a throughput of its own for each connection", (name) => {
    expect(queue(name)).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    });
  });

  it("keeps messages as long as a connection lasts, and leaves it to the function to give them up", () => {
    expect(queue("Messages").MessageRetentionPeriod).toBe(7_200);
    expect(queue("Messages").RedrivePolicy).toBeUndefined();
    expect(queue("DeadLetters").MessageRetentionPeriod).toBe(14 * 86_400);
  });

  it("is deleted with the stack, as the table is", () => {
    const { DeletionPolicy } = resource(template, "AWS::SQS::Queue", "QueueMessages");
    expect(DeletionPolicy).toBe("Delete");
  });
});

describe("the function", () => {
  it("has the time for two slow messages, and half as much again before another one gets them", () => {
    const { Timeout, Environment } = functionNamed(template, "Message").Properties;
    expect(Timeout).toBe(60);
    expect(queue("Messages").VisibilityTimeout).toBe(90);
    expect(Environment.Variables[ENV.messageVisibilitySeconds]).toBe("90");
  });

  it("gets batches, and reports what failed", () => {
    const { Properties } = resource(template, "AWS::Lambda::EventSourceMapping");
    expect(Properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ["ReportBatchItemFailures"] });
    expect(text(Properties.EventSourceArn)).toBe(QUEUE);
    expect(text(Properties.FunctionName)).toBe("{RoomcastFunctionsMessage}");
  });

  it("may take messages off the queue and give them up, and none else may", () => {
    const sqs = permissionsOf(template, "Message").filter((permission) => permission.startsWith("sqs:"));
    const actions = [
      "ChangeMessageVisibility",
      "DeleteMessage",
      "GetQueueAttributes",
      "GetQueueUrl",
      "ReceiveMessage",
    ];
    expect(sqs).toEqual([
      ...actions.map((action) => `sqs:${action} ${QUEUE}`),
      "sqs:SendMessage {RoomcastQueueDeadLetters.Arn}",
    ]);
    for (const name of ["Connect", "Open", "Disconnect", "Push", "Heartbeat"])
      expect(permissionsOf(template, name).join()).not.toContain("sqs:");
  });

  it("knows both queues, as no other function does", () => {
    const { Variables } = functionNamed(template, "Message").Properties.Environment;
    expect(text(Variables[ENV.messageQueueUrl])).toBe("{RoomcastQueueMessages}");
    expect(text(Variables[ENV.deadLetterQueueUrl])).toBe("{RoomcastQueueDeadLetters}");
    const { Variables: others } = functionNamed(template, "Open").Properties.Environment;
    expect(others[ENV.messageQueueUrl]).toBeUndefined();
  });
});

describe("the route of messages", () => {
  it("sends to the queue in SQS's query protocol, and nothing else", () => {
    expect(integration?.Properties).toMatchObject({
      IntegrationMethod: "POST",
      PassthroughBehavior: "NEVER",
      TemplateSelectionExpression: "\\$default",
      RequestParameters: {
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
      },
    });
    expect(text(integration?.Properties.IntegrationUri)).toBe(
      "arn:{AWS::Partition}:apigateway:{AWS::Region}:sqs:path/{AWS::AccountId}/{RoomcastQueueMessages.QueueName}",
    );
  });

  it("has the connection for the group, so that its messages keep their order", () => {
    const form = new URLSearchParams(integration?.Properties.RequestTemplates.$default);
    expect(Object.fromEntries(form)).toEqual({
      Action: "SendMessage",
      MessageGroupId: "$util.urlEncode($context.connectionId)",
      MessageDeduplicationId: "$util.urlEncode($context.requestId)",
      MessageBody:
        '{"version":1,"arrivedAt":$context.requestTimeEpoch,' +
        '"body":"$util.urlEncode($util.base64Encode($input.body))"}',
    });
  });

  it("may send messages to the queue, and no more", () => {
    const { PolicyDocument } = resource(template, "AWS::IAM::Policy", "QueueSenderDefaultPolicy").Properties;
    expect(PolicyDocument.Statement).toHaveLength(1);
    expect(PolicyDocument.Statement[0]).toMatchObject({ Effect: "Allow", Action: "sqs:SendMessage" });
    expect(text(PolicyDocument.Statement[0].Resource)).toBe(QUEUE);
    const { AssumeRolePolicyDocument } = resource(template, "AWS::IAM::Role", "QueueSender").Properties;
    expect(AssumeRolePolicyDocument.Statement[0].Principal).toEqual({ Service: "apigateway.amazonaws.com" });
  });

  it("sends no answer to the client", () => {
    template.resourceCountIs("AWS::ApiGatewayV2::RouteResponse", 0);
    template.resourceCountIs("AWS::ApiGatewayV2::IntegrationResponse", 0);
  });
});
