import { batchResponseOf, isQueueEvent, queueBodyOf, queuedMessagesOf } from "../../lambdas/aws/sqs-events";

const body = (text: string) =>
  JSON.stringify({ version: 1, arrivedAt: 1_700_000_000_123, body: Buffer.from(text).toString("base64") });

const record = (text: string) => ({
  messageId: "m1",
  receiptHandle: "r1",
  body: text,
  attributes: {
    ApproximateReceiveCount: "2",
    ApproximateFirstReceiveTimestamp: "1700000000456",
    SequenceNumber: "18849496460467696128",
    MessageGroupId: "L0SM9cOFvHcCIhw=",
  },
});

it.each(['42["héllo","\u0001"]', ""])("reads a message of a client: %j", (text) => {
  expect(queuedMessagesOf({ Records: [record(body(text))] })).toEqual([
    {
      id: "m1",
      receipt: "r1",
      connectionId: "L0SM9cOFvHcCIhw=",
      body: text,
      arrivedAt: 1_700_000_000_123,
      sequence: "18849496460467696128",
      receiveCount: 2,
      firstReceivedAt: 1_700_000_000_456,
    },
  ]);
});

it("writes short sequence numbers so that they compare as texts", () => {
  const short = { ...record(body("")), attributes: { ...record("").attributes, SequenceNumber: "99" } };
  expect(queuedMessagesOf({ Records: [short] })[0]?.sequence).toBe("00000000000000000099");
});

it.each(["no JSON", "{}", '{"version":2,"arrivedAt":1,"body":""}'])("refuses %s", (text) => {
  expect(() => queuedMessagesOf({ Records: [record(text)] })).toThrow();
});

it("writes a message as it came", () => {
  const [message] = queuedMessagesOf({ Records: [record(body("héllo"))] });
  expect(message && queueBodyOf(message)).toBe(body("héllo"));
});

it("tells batches from single messages, and answers with what failed", () => {
  expect(isQueueEvent({ Records: [] })).toBe(true);
  expect(isQueueEvent({ requestContext: {} })).toBe(false);
  expect(batchResponseOf(["m1"])).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
});
