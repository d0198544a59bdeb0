import { loadModel } from "../../../local/template/load";
import { type LocalAws, startLocalAws } from "../../support/local-aws";
import { writeAssembly } from "../fixtures/assembly";
import { Client } from "../fixtures/client";

const QUEUE = {
  Type: "AWS::SQS::Queue",
  Properties: { QueueName: "fixture.fifo", FifoQueue: true, VisibilityTimeout: 60 },
};
const SENDER = {
  Type: "AWS::IAM::Role",
  Properties: {
    Policies: [
      {
        PolicyDocument: {
          Statement: [
            { Effect: "Allow", Action: "sqs:SendMessage", Resource: { "Fn::GetAtt": ["Queue", "Arn"] } },
          ],
        },
      },
    ],
  },
};
const integration = (more: object = {}) => ({
  Type: "AWS::ApiGatewayV2::Integration",
  Properties: {
    ApiId: { Ref: "Api" },
    IntegrationType: "AWS",
    IntegrationMethod: "POST",
    IntegrationUri: {
      "Fn::Sub": `arn:aws:apigateway:us-east-1:sqs:path/000000000000/\${Queue.QueueName}`,
    },
    CredentialsArn: { "Fn::GetAtt": ["Sender", "Arn"] },
    RequestParameters: {
      "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
    },
    TemplateSelectionExpression: "\\$default",
    RequestTemplates: {
      $default:
        "Action=SendMessage&MessageGroupId=$util.urlEncode($context.connectionId)" +
        "&MessageDeduplicationId=$context.requestId&MessageBody=$util.urlEncode($util.base64Encode($input.body))",
    },
    ...more,
  },
});

let local: LocalAws;

beforeAll(async () => {
  const resources = { Queue: QUEUE, Sender: SENDER, defaultIntegration: integration() };
  local = await startLocalAws({ assemblyPath: writeAssembly({ resources }) });
});

afterAll(() => local?.stop());

interface Answer {
  readonly QueueUrls?: readonly string[];
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly Messages?: readonly Received[];
}

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

async function call(operation: string, input: object = {}, isSigned = true) {
  const authorization = "AWS4-HMAC-SHA256 Credential=developer/20260101/us-east-1/sqs/aws4_request";
  const response = await fetch(local.url, {
    method: "POST",
    headers: { "x-amz-target": `AmazonSQS.${operation}`, ...(isSigned && { authorization }) },
    body: JSON.stringify({ QueueUrl: `${local.url}/000000000000/fixture.fifo`, ...input }),
  });
  const answer: Answer = Object.assign({}, await response.json());
  return { status: response.status, ...answer };
}

const attributes = async () => (await call("GetQueueAttributes")).Attributes;

it("has what a WebSocket sent, in its order, by connection; the client hears of nothing else but a refusal", async () => {
  const client = await Client.open(local.webSocketUrl);
  client.send("one");
  client.send("two");
  // This template makes no message of it that SQS would take.
  expect(await client.ask("")).toMatchObject({ message: "Internal server error" });
  expect(await attributes()).toMatchObject({ ApproximateNumberOfMessages: "2" });
  const { Messages = [] } = await call("ReceiveMessage", { MaxNumberOfMessages: 10 });
  expect(Messages.map(({ Body }) => Buffer.from(Body, "base64").toString())).toEqual(["one", "two"]);
  const [one, two] = Messages;
  expect(one?.Attributes.MessageGroupId).toBe(two?.Attributes.MessageGroupId);

  const Entries = [{ Id: "0", ReceiptHandle: one?.ReceiptHandle, VisibilityTimeout: 0 }];
  const unknown = { Id: "1", ReceiptHandle: "none", VisibilityTimeout: 0 };
  expect(await call("DeleteMessageBatch", { Entries })).toMatchObject({ Successful: [{ Id: "0" }] });
  expect(
    await call("ChangeMessageVisibilityBatch", {
      Entries: [{ ...Entries[0], ReceiptHandle: two?.ReceiptHandle }, unknown],
    }),
  ).toMatchObject({ Successful: [{ Id: "0" }], Failed: [{ Id: "1", Code: "MessageNotInflight" }] });
  expect(await attributes()).toMatchObject({
    ApproximateNumberOfMessages: "1",
    ApproximateNumberOfMessagesNotVisible: "0",
  });
  await client.close();
});

it("takes, shows and deletes a developer's messages", async () => {
  const { QueueUrls } = await call("ListQueues");
  expect(QueueUrls).toEqual([`${local.url}/000000000000/fixture.fifo`]);
  expect(await call("GetQueueUrl", { QueueUrl: undefined, QueueName: "fixture.fifo" })).toMatchObject({
    QueueUrl: QueueUrls?.[0],
  });
  expect(await call("SendMessage", { MessageBody: "hi", MessageGroupId: "own" })).toMatchObject({
    SequenceNumber: expect.stringMatching(/^\d{20}$/),
  });
  const { Messages = [] } = await call("ReceiveMessage", { MaxNumberOfMessages: 10 });
  const own = Messages.find(({ Body }) => Body === "hi");
  expect(own?.Attributes.ApproximateReceiveCount).toBe("1");
  expect(await call("DeleteMessage", { ReceiptHandle: own?.ReceiptHandle })).toMatchObject({ status: 200 });
});

it.each([
  ["a request that nobody signed", "ReceiveMessage", {}, false, 403, "MissingAuthenticationToken"],
  ["a queue that is not there", "ReceiveMessage", { QueueUrl: "other" }, true, 400, "QueueDoesNotExist"],
  ["what it cannot do", "PurgeQueue", {}, true, 400, "InvalidAction"],
])("refuses %s", async (_what, operation, input, isSigned, status, type) => {
  expect(await call(operation, input, isSigned)).toMatchObject({
    status,
    __type: expect.stringContaining(type),
  });
});

it.each([
  [
    "another service",
    { IntegrationUri: "arn:aws:apigateway:us-east-1:sns:action/Publish" },
    "a POST to a queue",
  ],
  ["another protocol", { RequestParameters: {} }, "Content-Type"],
  ["a template that depends on the message", { TemplateSelectionExpression: "$request.body.a" }, "static"],
  [
    "a template that it cannot fill",
    { RequestTemplates: { $default: "#set($a = 1)" } },
    "not supported locally",
  ],
])("does not deploy an integration with %s", (_what, more, message) => {
  const resources = { Queue: QUEUE, Sender: SENDER, defaultIntegration: integration(more) };
  expect(() => loadModel(writeAssembly({ resources }))).toThrow(message);
});

it("sends nothing with a role that may not", async () => {
  const Sender = { Type: "AWS::IAM::Role", Properties: {} };
  const resources = { Queue: QUEUE, Sender, defaultIntegration: integration() };
  const other = await startLocalAws({ assemblyPath: writeAssembly({ resources }) });
  const client = await Client.open(other.webSocketUrl);
  expect(await client.ask("one")).toMatchObject({ message: "Internal server error" });
  expect((await other.logged("may not send messages")).source).toBe("aws");
  await client.close();
  await other.stop();
});
