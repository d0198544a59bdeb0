import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { nextTrace } from "../../local/lambda/trace";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { writeAssembly } from "./fixtures/assembly";
import { Client } from "./fixtures/client";

let local: LocalAws;
let lambda: LambdaClient;

beforeAll(async () => {
  const retries = {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: { Ref: "worker" }, MaximumRetryAttempts: 1, Qualifier: "$LATEST" },
  };
  const assemblyPath = writeAssembly({ variables: { GREETING: "hello" }, resources: { retries } });
  local = await startLocalAws({ assemblyPath, limits: { asyncRetryDelaysMs: [1] } });
  lambda = new LambdaClient({ ...local.sdkConfig, maxAttempts: 1 });
});

afterAll(() => local?.stop());

async function invoke(event: unknown, more: Partial<InvokeCommand["input"]> = {}) {
  const command = new InvokeCommand({
    FunctionName: "fixture-worker",
    Payload: JSON.stringify(event),
    ...more,
  });
  const answer = await lambda.send(command);
  const text = answer.Payload?.transformToString() ?? "";
  return { ...answer, payload: text === "" ? undefined : JSON.parse(text) };
}

function lines(text: string): readonly string[] {
  return local.functionLogs.filter((line) => line.text.includes(text)).map((line) => line.text);
}

describe("the Invoke API", () => {
  it("answers with the function's result, found by name or ARN", async () => {
    const FunctionName = "arn:aws:lambda:us-east-1:000000000000:function:fixture-worker";
    expect((await invoke({ a: 1 })).payload.event).toEqual({ a: 1 });
    expect((await invoke({ a: 2 }, { FunctionName })).payload.event).toEqual({ a: 2 });
  });

  it("answers with the error that a function throws", async () => {
    const { FunctionError, StatusCode, payload } = await invoke({ fail: "no luck" });
    expect([FunctionError, StatusCode]).toEqual(["Unhandled", 200]);
    expect(payload).toEqual({ errorType: "TypeError", errorMessage: "no luck", trace: expect.any(Array) });
  });

  it("answers 404 for a function that is not there", async () => {
    await expect(invoke({}, { FunctionName: "nobody" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("refuses what is no JSON, and more than 1 MB asynchronously", async () => {
    await expect(invoke({}, { Payload: "{" })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
    });
    const large = { Payload: JSON.stringify("x".repeat(1024 * 1024)), InvocationType: "Event" as const };
    await expect(invoke({}, large)).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });
  });

  it("takes an asynchronous event, and repeats it as often as the template says", async () => {
    expect((await invoke({ fail: "async trouble" }, { InvocationType: "Event" })).StatusCode).toBe(202);
    await local.logged("dropped an asynchronous event after 2 attempts");
    expect(lines("failed: TypeError: async trouble")).toHaveLength(2);
  });

  it("runs nothing for a dry run", async () => {
    expect((await invoke({}, { InvocationType: "DryRun" })).StatusCode).toBe(204);
  });
});

describe("environments", () => {
  let client: Client;
  beforeEach(async () => {
    client = await Client.open(local.webSocketUrl);
  });
  afterEach(() => client.close());

  it("have the template's variables and Lambda's, and not the developer's", async () => {
    const variables = (await client.ask({ action: "environment" })) as Record<string, string>;
    expect(variables).toMatchObject({
      GREETING: "hello",
      CALLBACK_URL: `${local.url}/test`,
      AWS_LAMBDA_FUNCTION_NAME: "fixture-message",
      AWS_REGION: "us-east-1",
    });
    expect(variables).not.toHaveProperty("PATH");
    expect(variables).not.toHaveProperty("JEST_WORKER_ID");
  });

  it("are frozen between events: what an answer left behind goes on with the next event", async () => {
    const frozen = (await client.ask({ action: "leftover", label: "A" })) as { pid: number };
    // Another function's whole invocation passes, far longer than the timer that was left behind.
    await invoke({ sleepMs: 100 });
    expect(lines("leftover A ran")).toEqual([]);
    // Its next event may come only after another environment has had some.
    let met: unknown;
    do met = await client.ask({ action: "meet" });
    while ((met as { pid: number }).pid !== frozen.pid);
    await local.logged("leftover A ran");
  });

  it("handle messages of one connection at the same time", async () => {
    client.send({ action: "hang" });
    expect(await client.ask({ action: "echo", data: 1 })).toBe(1);
    expect(await client.next()).toMatchObject({ message: "Internal server error" });
    await local.logged("Task timed out after 2.00 seconds");
  });

  it("are started up to the limit; more events wait for their turn", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => invoke({ sleepMs: 50, index })),
    );
    const pids = new Set(answers.map(({ payload }) => payload.pid));
    expect(answers.map(({ payload }) => payload.event.index)).toEqual(answers.map((_, index) => index));
    expect(pids.size).toBeGreaterThan(1);
    expect(pids.size).toBeLessThanOrEqual(5);
  });

  it("may do what their roles say, and no more", async () => {
    expect(await client.ask({ action: "forbidden" })).toEqual({
      lambda: "AccessDeniedException",
      dynamodb: "AccessDeniedException",
      secret: "AccessDeniedException",
      close: "ForbiddenException",
    });
  });
});

it("stops a function that invokes itself after 16 times", async () => {
  await invoke({ recurse: true }, { InvocationType: "Event" });
  await local.logged("was stopped: it comes up more than 16 times in one chain");
  expect(lines("recursion Root=")).toHaveLength(16);
});

it("lets a function recurse that the template allows to", () => {
  const worker = local.aws.lambda.find("fixture-worker");
  if (worker === undefined) throw new Error("the fixture has a worker");
  let trace = nextTrace(undefined, worker.arn);
  while (trace.depth < 16) trace = nextTrace(trace.id, worker.arn);
  expect(local.aws.lambda.isLoop(worker, trace.id)).toBe(true);
  expect(local.aws.lambda.isLoop({ ...worker, allowsRecursion: true }, trace.id)).toBe(false);
});
