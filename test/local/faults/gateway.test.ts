import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Faults } from "../../../local/faults/faults";
import { type LocalAws, startLocalAws } from "../../support/local-aws";
import { writeAssembly } from "../fixtures/assembly";
import { Client } from "../fixtures/client";

const LIFETIME_MS = 1_500;

let local: LocalAws;
let faults: Faults;

beforeAll(async () => {
  const limits = { lifetimeMs: LIFETIME_MS, asyncRetryDelaysMs: [1] };
  local = await startLocalAws({ assemblyPath: writeAssembly(), limits });
  faults = local.aws.faults;
});

afterAll(() => local?.stop());

/** Its id, as its functions see it. */
async function open(): Promise<{ readonly client: Client; readonly connectionId: string }> {
  const client = await Client.open(local.webSocketUrl);
  const event = (await client.ask({ action: "event" })) as { requestContext: { connectionId: string } };
  return { client, connectionId: event.requestContext.connectionId };
}

/** `$disconnect` events of a connection, so far. */
function disconnects(connectionId: string): readonly string[] {
  return local.functionLogs
    .map(({ text }) => text)
    .filter((text) => text.startsWith("disconnect event") && text.includes(connectionId));
}

function disconnected(connectionId: string) {
  return local.logged(new RegExp(`^disconnect event .*${connectionId.replace("+", "\\+")}`));
}

async function invoke(event: unknown): Promise<void> {
  const lambda = new LambdaClient(local.sdkConfig);
  const input = {
    FunctionName: "fixture-worker",
    InvocationType: "Event",
    Payload: JSON.stringify(event),
  } as const;
  await lambda.send(new InvokeCommand(input));
  lambda.destroy();
}

it("does nothing by itself", () => {
  expect(new Faults().isPlanned).toBe(false);
  expect([faults.isPlanned, faults.counts]).toEqual([false, {}]);
});

it("holds back a message, which later ones overtake", async () => {
  const { client } = await open();
  void faults.next("message.late", { ms: 200 });
  client.send({ action: "echo", data: 1 });
  client.send({ action: "echo", data: 2 });
  expect([await client.next(), await client.next()]).toEqual([2, 1]);
  await client.close();
});

it("keeps back $disconnect for ever", async () => {
  const { client, connectionId } = await open();
  const struck = faults.next("disconnect.never");
  await client.close();
  await struck;
  const other = await open();
  await other.client.close();
  await disconnected(other.connectionId);
  expect(disconnects(connectionId)).toEqual([]);
});

it("keeps back $disconnect for a while", async () => {
  const { client, connectionId } = await open();
  void faults.next("disconnect.late", { ms: 200 });
  const startedAt = Date.now();
  await client.close();
  await disconnected(connectionId);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(199);
});

it("does not notice that a client is gone: posts are taken until the gateway cuts it", async () => {
  const { client, connectionId } = await open();
  const struck = faults.next("drop.half-open");
  client.ws.terminate();
  await struck;
  const connection = local.aws.gateway.connection(connectionId);
  expect(connection?.send("into the void")).toBe("sent");
  expect(disconnects(connectionId)).toEqual([]);
  await disconnected(connectionId);
  expect(local.aws.gateway.connection(connectionId)).toBeUndefined();
});

it("ends what is half-open when a function closes it", async () => {
  const { client, connectionId } = await open();
  const struck = faults.next("drop.half-open");
  client.ws.terminate();
  await struck;
  local.aws.gateway.connection(connectionId)?.close(1000, "");
  await disconnected(connectionId);
});

it("does not take what the gateway closes itself for half-open", async () => {
  const { client, connectionId } = await open();
  faults.plan({ "drop.half-open": 1 });
  local.aws.gateway.connection(connectionId)?.close(1000, "");
  await Promise.all([client.closed, disconnected(connectionId)]);
  faults.plan({});
});

it("kills a function before its AWS call; the client gets the gateway's error", async () => {
  const { client } = await open();
  void faults.next("lambda.kill", { function: "message", operation: "PostToConnection" });
  expect(await client.ask({ action: "echo", data: 1 })).toMatchObject({ message: "Internal server error" });
  expect(await client.ask({ action: "echo", data: 2 })).toBe(2);
  await local.logged("fixture-message failed: Runtime.ExitError");
  await client.close();
});

it("delivers an asynchronous event late", async () => {
  void faults.next("lambda.late", { ms: 200 });
  const startedAt = Date.now();
  await invoke({ fail: "delivered late" });
  await local.logged("delivered late");
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(199);
});

it("starts a process whose clock is ahead", async () => {
  const { client } = await open();
  void faults.next("lambda.clock-ahead", { function: "message", ms: 3_600_000 });
  void faults.next("lambda.kill", { function: "message" });
  await client.ask({ action: "echo" });
  const { AWS_SESSION_TOKEN, LOCAL_CLOCK_AHEAD_MS } = (await client.ask({
    action: "environment",
  })) as NodeJS.ProcessEnv;
  expect(LOCAL_CLOCK_AHEAD_MS).toBe("3600000");
  expect(AWS_SESSION_TOKEN).toMatch(/^[0-9a-f-]{36}$/);
  await client.close();
});
