import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type CheckReport, checkTable } from "../../../check/check-table";
import { KINDS } from "../../../check/kinds";
import { documentClient, tableReader } from "../../../check/read-table";
import { synthesize } from "../../../local/synth";
import { RawClient } from "../../fuzz/raw-client";
import { PROJECT } from "../../support/assemblies";
import { takeFewForMany } from "../../support/few-for-many";
import { type LocalAws, startLocalAws } from "../../support/local-aws";
import { jsonLine, PersistentClient, socketIoLine } from "./persistent-client";
import { Traffic } from "./traffic";

/** A closer that crashed is followed by another one after a minute; so much is made to pass at the end. */
const CLOCK_AHEAD_MS = 70_000;

/** Far more than the heartbeat and the closers need by then. */
const HEALED_MS = 20_000;

/** What is a connection's goes with it; a session stays, for a client that may come back, until TTL. */
const TRACES = KINDS.filter(({ name, connectionId }) => connectionId !== undefined && name !== "session");

const FUNCTIONS = ["connect", "open", "message", "disconnect", "push", "deliver", "heartbeat"] as const;
type FunctionName = (typeof FUNCTIONS)[number];

/** An invocation that does more does the same again, for another room or connection. */
const MOST_CALLS = 12;

/** When nobody has made so many calls after so many rounds, nobody ever does. */
const PATIENT_ROUNDS = 6;

/** Everybody is in one room, and there are always more than so many. */
const MAX_INLINE_POSTS = 2;

let local: LocalAws;
let assemblyPath: string;
let lambda: LambdaClient;
const clients: PersistentClient[] = [];

beforeAll(async () => {
  const context = {
    app: join(__dirname, "app.ts"),
    pingInterval: "0.3",
    pingTimeout: "2",
    connectTimeout: "3",
  };
  const limits = {
    asyncRetryDelaysMs: [100, 300],
    scheduleMinuteMs: 1_000,
    environments: 21,
    environmentsPerFunction: 3,
  };
  assemblyPath = mkdtempSync(join(tmpdir(), "roomcast-kills-"));
  await synthesize({ projectPath: PROJECT, outputPath: assemblyPath, context });
  takeFewForMany(assemblyPath, MAX_INLINE_POSTS);
  local = await startLocalAws({ assemblyPath, limits });
  lambda = new LambdaClient(local.sdkConfig);
});

afterAll(async () => {
  for (const client of clients) client.leave();
  lambda?.destroy();
  await local?.stop();
  rmSync(assemblyPath, { recursive: true, force: true });
});

const socketIo = () => socketIoLine(local.ioUrl);
const json = () => jsonLine(local.webSocketUrl);

function newClient(line: ConstructorParameters<typeof PersistentClient>[0]): PersistentClient {
  const client = new PersistentClient(line);
  clients.push(client);
  return client;
}

/** Connects, joins, emits, hears, tells everybody, leaves a room and goes; a backend pushes. */
async function comeAndGo(client: PersistentClient, room: string): Promise<void> {
  await client.works(room);
  await client.call("say", "everybody", room);
  await push(room);
  await client.call("leave", room);
  client.leave();
}

/** A backend asks again when the function died. */
async function push(room: string): Promise<void> {
  const input = { rooms: [room], event: "said", data: "pushed" };
  const command = new InvokeCommand({ FunctionName: local.pushFunctionName, Payload: JSON.stringify(input) });
  while ((await lambda.send(command)).FunctionError !== undefined);
}

/** Does not answer pings; or never asks for a namespace. The heartbeat cuts both. */
async function beCut(first: string | undefined): Promise<void> {
  const client = await RawClient.open(`${local.webSocketUrl}?EIO=4&transport=websocket`).catch(
    () => undefined,
  );
  if (first !== undefined) client?.send(first);
  await client?.next("never").catch(() => undefined);
}

/** Kills the function at its first call, at its second, … until there is no such call. Answers at how many. */
async function killAtEachCall(name: FunctionName, traffic: Traffic): Promise<number> {
  let calls = 0;
  while (calls < MOST_CALLS && (await dies("lambda.kill", name, calls + 1, traffic))) {
    calls += 1;
    // Lambda repeats an event twice: one that is killed thrice is lost.
    await traffic.rounds(2);
  }
  await dies("lambda.kill-after", name, calls, traffic);
  return calls;
}

async function dies(
  fault: "lambda.kill" | "lambda.kill-after",
  name: FunctionName,
  call: number,
  traffic: Traffic,
): Promise<boolean> {
  // The heartbeat reads again and again: of its calls only those are counted that change something.
  const which = name === "heartbeat" ? { write: call } : { call };
  const killed = local.aws.faults.next(fault, { function: name, ...which }).then(() => true);
  return Promise.race([killed, traffic.rounds(PATIENT_ROUNDS).then(() => false)]);
}

function check(): Promise<CheckReport> {
  const table = Object.entries(local.outputs).find(([name]) => name.endsWith("TableName"))?.[1] ?? "";
  const client = documentClient(local.sdkConfig);
  return checkTable(tableReader(client, table), { now: Date.now }).finally(() => client.destroy());
}

/** Resolves when nothing is left of any connection; rejects with what stays for longer than anything may. */
async function noTraces(): Promise<void> {
  const deadline = Date.now() + HEALED_MS;
  for (;;) {
    const report = await check();
    if (TRACES.every(({ name }) => report.items[name] === undefined)) return;
    if (Date.now() > deadline) throw new Error(`left behind: ${JSON.stringify(report)}`);
  }
}

/** As when a minute has passed: from now on every function's clock is ahead. */
function passAMinute(): void {
  local.aws.faults.plan({ "lambda.clock-ahead": { probability: 1, ms: CLOCK_AHEAD_MS } });
  for (const pid of local.aws.lambda.pids) process.kill(pid, "SIGKILL");
}

it("killed between any two of its AWS calls, no function leaves a client stuck or a trace behind", async () => {
  const bystanders = [newClient(socketIo()), newClient(json())];
  const traffic = new Traffic(
    (round) => comeAndGo(newClient(socketIo()), `socket.io ${round}`),
    (round) => comeAndGo(newClient(json()), `json ${round}`),
  );
  const ghosts = new Traffic(
    () => beCut("40"),
    () => beCut(undefined),
  );
  const calls = await Promise.all(FUNCTIONS.map((name) => killAtEachCall(name, traffic)));
  // Each of them makes at least two.
  expect(FUNCTIONS.filter((_name, index) => (calls[index] ?? 0) < 2)).toEqual([]);
  local.aws.faults.plan({});
  await traffic.stop();
  await Promise.all(bystanders.map((client) => client.works("after all")));
  for (const client of clients) client.leave();
  passAMinute();
  await ghosts.stop();
  await noTraces();
  expect((await check()).contradictions).toEqual([]);
}, 180_000);
