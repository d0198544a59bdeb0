import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Faults } from "../../../local/faults/faults";
import type { FaultName } from "../../../local/faults/points";
import { withFaults } from "../../../local/faults/requests";
import { front, type Service } from "../../../local/front";
import { readBody, reply } from "../../../local/http";

/** What a service processed. */
let processed: string[];
let isConnected: boolean;
let kills: number;
let faults: Faults;
let server: Server;
let clients: { readonly post: Send; readonly dynamodb: Send; readonly get: Send; readonly invoke: Send };

type Send = () => Promise<unknown>;

const VICTIM = "victim";

/** Answers everything with 200, when it has read it. */
const service: Service = async (request, response) => {
  await readBody(request);
  processed.push(`${request.method} ${request.headers["x-amz-target"] ?? ""}`.trim());
  reply(response, 200, "{}", { "x-from": "the service" });
};

beforeEach(async () => {
  [processed, isConnected, kills, faults] = [[], true, 0, new Faults()];
  faults.calls.begin("message", victim());
  const services = withFaults([service], faults, () => isConnected);
  const terminal = { line: () => {}, functionLine: () => {} };
  server = createServer(
    front({ services, files: async () => false, demoConfig: () => Promise.reject(new Error()), terminal }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  clients = clientsAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, VICTIM);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function victim() {
  const end = () => {
    kills += 1;
  };
  return { id: VICTIM, exited: new Promise<void>(() => {}), end };
}

function clientsAt(endpoint: string, sessionToken: string) {
  const credentials = { accessKeyId: "key", secretAccessKey: "secret", sessionToken };
  const config = { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
  const management = new ApiGatewayManagementApiClient({ ...config, endpoint: `${endpoint}/prod` });
  const table = new DynamoDBClient(config);
  const lambda = new LambdaClient(config);
  const Key = { pk: { S: "a" } };
  return {
    post: () => management.send(new PostToConnectionCommand({ ConnectionId: "L0SM9cOFvHcCIhw=", Data: "a" })),
    dynamodb: () =>
      table.send(new PutItemCommand({ TableName: "t", Item: Key, ConditionExpression: "a = b" })),
    get: () => table.send(new GetItemCommand({ TableName: "t", Key })),
    invoke: () => lambda.send(new InvokeCommand({ FunctionName: "f", Payload: "{}" })),
  };
}

const RESET = "no answer";

/** The name of the error that was answered. */
function outcome(send: Send): Promise<string> {
  return send().then(
    () => "done",
    (error: Error & { readonly $metadata?: { readonly httpStatusCode?: number } }) =>
      error.$metadata?.httpStatusCode === undefined ? RESET : error.name,
  );
}

const DONE = 1;
const NOT_DONE = 0;

const OUTCOMES: readonly [FaultName, "post" | "dynamodb" | "invoke", expected: string, times: number][] = [
  ["post.410", "post", "GoneException", NOT_DONE],
  ["post.429", "post", "LimitExceededException", NOT_DONE],
  ["post.500", "post", "InternalServerException", NOT_DONE],
  ["post.500-after", "post", "InternalServerException", DONE],
  ["post.late", "post", "done", DONE],
  ["post.lost", "post", "done", NOT_DONE],
  ["post.reset-before", "post", RESET, NOT_DONE],
  ["post.reset-after", "post", RESET, DONE],
  ["dynamodb.throughput", "dynamodb", "ProvisionedThroughputExceededException", NOT_DONE],
  ["dynamodb.throttling", "dynamodb", "ThrottlingException", NOT_DONE],
  ["dynamodb.conditional", "dynamodb", "ConditionalCheckFailedException", NOT_DONE],
  ["dynamodb.500", "dynamodb", "InternalServerError", NOT_DONE],
  ["dynamodb.500-after", "dynamodb", "InternalServerError", DONE],
  ["dynamodb.late", "dynamodb", "done", DONE],
  ["dynamodb.reset-before", "dynamodb", RESET, NOT_DONE],
  ["dynamodb.reset-after", "dynamodb", RESET, DONE],
  ["invoke.429", "invoke", "TooManyRequestsException", NOT_DONE],
  ["invoke.500", "invoke", "ServiceException", NOT_DONE],
  ["invoke.500-after", "invoke", "ServiceException", DONE],
];

it.each(OUTCOMES)("%s: a function's %s is %s", async (name, what, expected, times) => {
  void faults.next(name, name.endsWith("late") ? { ms: 1 } : {});
  expect(await outcome(clients[what])).toBe(expected);
  expect(processed).toHaveLength(times);
  expect(faults.counts).toEqual({ [name]: 1 });
  expect(await outcome(clients[what])).toBe("done");
});

it("does what is late no sooner than its time", async () => {
  void faults.next("post.late", { ms: 50 });
  const startedAt = Date.now();
  await clients.post();
  // A timer may fire a millisecond early.
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(49);
});

it("loses no post to a connection that is gone: that one is answered as ever", async () => {
  isConnected = false;
  void faults.next("post.lost");
  await clients.post();
  expect(processed).toEqual(["POST"]);
});

it("fails no condition of what has none", async () => {
  void faults.next("dynamodb.conditional");
  await clients.get();
  expect(processed).toEqual(["POST DynamoDB_20120810.GetItem"]);
});

it("kills a function before its nth call, which nobody sees", async () => {
  void faults.next("lambda.kill", { function: "message", call: 3 });
  await clients.post();
  await clients.dynamodb();
  expect([kills, await outcome(clients.invoke), kills]).toEqual([0, RESET, 1]);
  expect(processed).toHaveLength(2);
});

it("kills a function after its nth call that changes something, and before the answer", async () => {
  void faults.next("lambda.kill-after", { write: 2 });
  await clients.post();
  await clients.get();
  const answer = clients.dynamodb();
  while (kills === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(processed).toHaveLength(3);
  server.closeAllConnections();
  expect(await outcome(() => answer)).toBe(RESET);
});

it("leaves alone what does not come from a function", async () => {
  const { port } = server.address() as AddressInfo;
  const developer = clientsAt(`http://127.0.0.1:${port}`, "a developer's");
  faults.plan({ "post.410": 1, "dynamodb.500": 1, "invoke.500": 1, "lambda.kill": 1 });
  for (const send of [developer.post, developer.dynamodb, developer.invoke]) await send();
  expect([processed.length, kills, faults.counts]).toEqual([3, 0, {}]);
});

it("knows the longest invocation of each function since it was last asked", async () => {
  await clients.get();
  await clients.dynamodb();
  faults.calls.begin("message", victim());
  await clients.post();
  expect([...faults.calls.takeLongest()]).toEqual([["message", { calls: 2, writes: 1 }]]);
  expect([...faults.calls.takeLongest()]).toEqual([]);
});
