import type { Outcome } from "../../../local/lambda/invocation";
import { SqsService } from "../../../local/sqs/sqs-service";
import type { EventSource, LambdaFunction } from "../../../local/template/model";

const ARN = "arn:aws:sqs:us-east-1:000000000000:messages.fifo";
const DEAD_ARN = "arn:aws:sqs:us-east-1:000000000000:dead.fifo";
const queueOf = (arn: string) => ({
  arn,
  name: arn.split(":").at(-1) ?? "",
  url: arn,
  isFifo: true,
  visibilitySeconds: 30,
});
const QUEUES = [{ ...queueOf(ARN), redrive: { arn: DEAD_ARN, maxReceiveCount: 2 } }, queueOf(DEAD_ARN)];
const SOURCE: EventSource = {
  queueArn: ARN,
  functionName: "worker",
  batchSize: 3,
  reportsFailures: true,
  isEnabled: true,
  policy: [{ effect: "Allow", actions: ["sqs:*"], resources: [ARN] }],
};

type Record = { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } };

/** A queue that feeds a function: its batches, which the test answers one by one. */
function feeding(source: Partial<EventSource> = {}, timeoutSeconds = 30) {
  const batches: { bodies: string[]; counts: string[]; records: Record[]; answer(outcome: Outcome): void }[] =
    [];
  const lines: string[] = [];
  let onBatch = () => {};
  const lambda = {
    // The function itself is not looked at.
    find: () => ({}) as LambdaFunction,
    invoke: (_fn: LambdaFunction, payload: string) =>
      new Promise<Outcome>((answer) => {
        const records: Record[] = JSON.parse(payload).Records;
        const bodies = records.map(({ body }) => body);
        const counts = records.map(({ attributes }) => attributes.ApproximateReceiveCount);
        batches.push({ bodies, counts, records, answer });
        onBatch();
      }),
  };
  const terminal = { line: (text: string) => void lines.push(text), functionLine: () => {} };
  const sqs = new SqsService(lambda, { visibilitySecondMs: 0.1, queuePollers: 5 }, terminal);
  // Nothing else of the function is looked at.
  const fn = { name: SOURCE.functionName, timeoutSeconds } as LambdaFunction;
  sqs.check({ queues: QUEUES, eventSources: [{ ...SOURCE, ...source }], functions: [fn] });
  sqs.deploy(QUEUES, [{ ...SOURCE, ...source }]);
  const send = (groupId: string, ...bodies: string[]) => {
    for (const body of bodies) sqs.find(ARN)?.queue.send({ groupId, body });
  };
  const untilBatches = async (count: number) => {
    while (batches.length < count) {
      await new Promise<void>((resolve) => {
        onBatch = resolve;
      });
    }
  };
  return { sqs, batches, lines, send, untilBatches };
}

const done = (...failed: readonly string[]): Outcome => ({
  type: "result",
  payload: JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }),
});

it("invokes the function with batches, the next of a group when the last is done", async () => {
  const { batches, send, untilBatches } = feeding();
  send("a", "1", "2", "3", "4", "5");
  send("b", "6");
  await untilBatches(2);
  expect(batches.map(({ bodies }) => bodies)).toEqual([["1", "2", "3"], ["6"]]);
  for (const { answer } of batches) answer(done());
  await untilBatches(3);
  expect(batches[2]?.bodies).toEqual(["4", "5"]);
});

it("keeps what the function reports, until its visibility timeout is over", async () => {
  const { batches, send, untilBatches } = feeding();
  send("a", "1", "2", "3");
  await untilBatches(1);
  batches[0]?.answer(done(batches[0]?.records[1]?.messageId ?? "", batches[0]?.records[2]?.messageId ?? ""));
  await untilBatches(2);
  expect(batches[1]?.bodies).toEqual(["2", "3"]);
  expect(batches[1]?.counts).toEqual(["2", "2"]);
});

it("keeps a whole batch whose invocation failed, and gives it up at last", async () => {
  const { sqs, batches, lines, send, untilBatches } = feeding();
  const failed: Outcome = { type: "error", error: { errorMessage: "it died" } };
  send("a", "1", "2");
  await untilBatches(1);
  batches[0]?.answer(failed);
  await untilBatches(2);
  expect(batches[1]?.bodies).toEqual(["1", "2"]);
  batches[1]?.answer(failed);
  send("a", "3");
  await untilBatches(3);
  expect(batches[2]?.bodies).toEqual(["3"]);
  expect(sqs.find("dead.fifo")?.queue.visible).toBe(2);
  expect(lines).toEqual(Array(2).fill("a message of group a went to the dead-letter queue dead.fifo"));
});

it("takes all as done where the function does not report", async () => {
  const { sqs, batches, send, untilBatches } = feeding({ reportsFailures: false });
  send("a", "1");
  await untilBatches(1);
  batches[0]?.answer(done(batches[0]?.records[0]?.messageId ?? ""));
  send("a", "2");
  await untilBatches(2);
  expect(batches[1]?.bodies).toEqual(["2"]);
  expect(sqs.find(ARN)?.queue.inFlight).toBe(1);
});

it("invokes nothing while the mapping is disabled", async () => {
  const { sqs, batches, send } = feeding({ isEnabled: false });
  send("a", "1");
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches).toEqual([]);
  expect(sqs.find(ARN)?.queue.visible).toBe(1);
});

it("hands on to the functions of a new deployment, once", async () => {
  const { sqs, batches, send, untilBatches } = feeding();
  sqs.deploy(QUEUES, [{ ...SOURCE, batchSize: 2 }]);
  send("a", "1", "2", "3");
  await untilBatches(1);
  expect(batches[0]?.bodies).toEqual(["1", "2"]);
});

it.each([
  [{ queueArn: "arn:aws:sqs:us-east-1:000000000000:other" }, "which is not in the template"],
  [{ policy: [] }, "may not sqs:ReceiveMessage"],
])("refuses a source that cannot work: %j", (source, message) => {
  expect(() => feeding(source)).toThrow(message);
});

it("refuses a function that may run for longer than its messages are kept from others", () => {
  expect(() => feeding({}, 31)).toThrow(
    "messages.fifo shows messages again after 30 s, while worker may run for 31 s",
  );
});
