import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { createMessageQueue } from "../../lambdas/aws/message-queue";
import type { QueuedMessage } from "../../lambdas/core/messages/queued-message";
import { HttpStub } from "../support/http-stub";

const stub = new HttpStub();
let queueUrl: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  env = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "AKID",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-central-1",
  });
  queueUrl = `${await stub.start()}/000000000000/messages.fifo`;
});

beforeEach(() => {
  stub.requests.length = 0;
  stub.answer = () => ({ status: 200, body: '{"Successful":[{"Id":"0"}]}' });
});

afterAll(async () => {
  process.env = env;
  await stub.stop();
});

const queueAt = (url: string | undefined) =>
  createMessageQueue({
    queueUrl: url,
    deadLetterQueueUrl: url?.replace("messages", "dead"),
    keepAlive: new KeepAlive(),
    now: Date.now,
  });

const message = (receipt: string): QueuedMessage => ({
  id: receipt,
  receipt,
  connectionId: "c=",
  body: "hello",
  arrivedAt: 5,
  sequence: "1",
  receiveCount: 1,
  firstReceivedAt: 0,
});

it("deletes messages by their receipts", async () => {
  await queueAt(queueUrl).remove([message("r1"), message("r2")]);
  expect(stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /"]);
  expect(JSON.parse(stub.requests[0]?.body ?? "")).toEqual({
    QueueUrl: queueUrl,
    Entries: [
      { Id: "0", ReceiptHandle: "r1" },
      { Id: "1", ReceiptHandle: "r2" },
    ],
  });
});

it("shows messages again after so many seconds", async () => {
  await queueAt(queueUrl).comeAgain([message("r1")], 4);
  expect(JSON.parse(stub.requests[0]?.body ?? "").Entries).toEqual([
    { Id: "0", ReceiptHandle: "r1", VisibilityTimeout: 4 },
  ]);
});

it("keeps what is given up as API Gateway wrote it, once, in the group of its connection", async () => {
  await queueAt(queueUrl).bury(message("m1"));
  expect(JSON.parse(stub.requests[0]?.body ?? "")).toEqual({
    QueueUrl: queueUrl.replace("messages", "dead"),
    MessageGroupId: "c=",
    MessageDeduplicationId: "m1",
    MessageBody: '{"version":1,"arrivedAt":5,"body":"aGVsbG8="}',
  });
});

it.each([
  [500, "oh no"],
  [403, '{"__type":"AccessDenied"}'],
  [200, '{"Failed":[{"Id":"0","Code":"ReceiptHandleIsInvalid"}]}'],
])("rejects when SQS answers %i %s", async (status, body) => {
  stub.answer = () => ({ status, body });
  await expect(queueAt(queueUrl).remove([message("r1")])).rejects.toThrow(
    `DeleteMessageBatch: expected success, got ${status} ${body}`,
  );
});

it("rejects where the function was not told its queue", async () => {
  await expect(queueAt(undefined).remove([message("r1")])).rejects.toThrow("not known");
});
