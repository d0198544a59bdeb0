import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchWriteItemCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { newSid } from "../../lambdas/core/sid";
import { synthesize } from "../../local/synth";
import { PROJECT } from "../support/assemblies";
import { type Connect, connectJson, connectSocketIo, type TestClient } from "../support/clients";
import { takeFewForMany } from "../support/few-for-many";
import { type LocalAws, startLocalAws } from "../support/local-aws";

const CLIENTS = 50;
/** With as many clients worth more than one worker. */
const EVENTS = Array.from({ length: 15 }, (_, index) => `event ${index}`);

let local: LocalAws;
let assemblyPath: string;
let clients: readonly TestClient[];

beforeAll(async () => {
  assemblyPath = mkdtempSync(join(tmpdir(), "roomcast-large-"));
  await synthesize({ projectPath: PROJECT, outputPath: assemblyPath });
  takeFewForMany(assemblyPath, 10);
  local = await startLocalAws({ assemblyPath });
  clients = await connectAll();
}, 120_000);

afterAll(async () => {
  await Promise.all(clients?.map((client) => client.close()) ?? []);
  await local?.stop();
  rmSync(assemblyPath, { recursive: true, force: true });
});

async function connectAll(): Promise<readonly TestClient[]> {
  const target = { ...local, ioPath: "/socket.io", push, logged: async () => {} };
  return Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const connect: Connect = index % 2 === 0 ? connectSocketIo : connectJson;
      return connect(target, { token: await local.token({ sub: `user-${index}` }) });
    }),
  );
}

async function push(input: unknown): Promise<unknown> {
  const client = new LambdaClient(local.sdkConfig);
  const FunctionName = local.pushFunctionName;
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }));
  const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? "null");
  if (answer.FunctionError) throw new Error(JSON.stringify(payload));
  return payload;
}

test("a push to many is delivered by workers, each event once and in order, and waited for", async () => {
  const answers = await push(EVENTS.map((event) => ({ everyone: true, event, wait: true })));
  const all = { recipients: CLIENTS, sent: CLIENTS, gone: 0, failed: 0, unknown: 0, pending: 0 };
  expect(answers).toEqual(EVENTS.map(() => ({ ...all, delivery: expect.any(String) })));
  for (const client of clients) {
    for (const event of EVENTS) expect((await client.next()).event).toBe(event);
  }
  expect(local.failures()).toEqual([]);
});

test("without waiting a push says about how many are pending", async () => {
  const answer = await push({ everyone: true, event: "news" });
  expect(answer).toMatchObject({ recipients: 0, delivery: expect.any(String) });
  expect((answer as { pending: number }).pending).toBeGreaterThan(0);
  for (const client of clients) expect((await client.next()).event).toBe("news");
});

test("what a list does after an event for many, it does when everybody has it", async () => {
  const [, joined, event] = (await push([
    { everyone: true, event: "first" },
    { users: ["user-0", "user-1"], join: ["few"] },
    { rooms: ["few"], event: "second" },
  ])) as readonly unknown[];
  expect(joined).toMatchObject({ done: 2 });
  expect(event).toMatchObject({ sent: 2, pending: 0 });
  for (const client of clients) expect((await client.next()).event).toBe("first");
  for (const client of clients.slice(0, 2)) expect((await client.next()).event).toBe("second");
});

test("connections that a worker finds gone are handed to disconnect", async () => {
  await addGhosts("ghosts", 20);
  const answer = await push({ rooms: ["ghosts"], event: "boo", wait: true });
  expect(answer).toMatchObject({ recipients: 20, sent: 0, gone: 20, failed: 0, pending: 0 });
  expect(local.functionLogs.filter(({ source }) => source === "deliver")).toEqual([]);
  expect(local.failures()).toEqual([]);
});

/** Members of a room whose connections nobody knows any more. */
async function addGhosts(room: string, count: number): Promise<void> {
  const client = new DynamoDBClient(local.sdkConfig);
  const { TableNames: [table = ""] = [] } = await client.send(new ListTablesCommand());
  const connectedAt = Date.now();
  const ghosts = Array.from({ length: count }, (_, index) => ({
    pk: { S: `ROOM#%2F#${room}` },
    sk: { S: newSid() },
    connectionId: { S: `L0SM9cOFvHc${String(index).padStart(4, "A")}=` },
    protocol: { S: "socket.io" },
    connectedAt: { N: String(connectedAt) },
    expiresAt: { N: String(Math.floor(connectedAt / 1_000) + 60) },
    stamp: { S: "" },
  }));
  const requests = ghosts.map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  client.destroy();
}
