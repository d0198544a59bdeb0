import { join } from "node:path";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { randomJsonFrame } from "./json-frames";
import { Random, SEED } from "./random-frames";
import { RawClient } from "./raw-client";
import { type RandomConversation, randomConversation } from "./socket-io-frames";
import { type FuzzTokens, fuzzTokens } from "./tokens";

const APP = join(__dirname, "conformance-app.ts");
const FRAMES = 300;
const CONCURRENCY = 8;

let local: LocalAws;
let tokens: FuzzTokens;

beforeAll(async () => {
  // What is counted for limits outlives the clients, and frames come faster than from anybody who means well.
  local = await startLocalAws({ context: { app: APP, limits: "off" } });
  tokens = await fuzzTokens(local.jwtSecret);
});

afterAll(() => local?.stop());

interface Conversation extends RandomConversation {
  readonly query: string;
  /** Answered where the connection is open, and what that answer has in it. */
  readonly fence: string;
  readonly fenced: string;
}

function conversations(): readonly Conversation[] {
  const random = new Random(SEED);
  const planned: Conversation[] = [];
  for (let left = FRAMES; left > 0; left -= planned.at(-1)?.frames.length ?? 0) {
    planned.push(random.below(2) === 0 ? inSocketIo(random) : inJson(random));
  }
  return planned;
}

function inSocketIo(random: Random): Conversation {
  const conversation = randomConversation(tokens, random);
  return { ...conversation, query: "EIO=4&transport=websocket", fence: "40/fence", fenced: "44/fence," };
}

function inJson(random: Random): Conversation {
  const query = `namespace=${random.pick(["/", "/private", `/private&token=${tokens.good}`])}`;
  const frames = Array.from({ length: 1 + random.below(12) }, () => randomJsonFrame(tokens, random));
  return { query, beginning: [], frames, fence: '{"event":"unheard","id":"fence"}', fenced: '"id":"fence"' };
}

/** The frames go out at once, as a hurried client sends them, and then it leaves. */
async function hold({ query, beginning, frames, fence, fenced }: Conversation): Promise<void> {
  const isSocketIo = query.startsWith("EIO");
  const client = await RawClient.open(`${local.webSocketUrl}?${query}`);
  try {
    if (isSocketIo) await client.next("0{");
    const sent = [...beginning, ...frames, fence];
    for (const frame of sent) client.send(frame);
    const end = await client.next(fenced).then(
      () => "answered",
      () => "closed",
    );
    const failed = client.received.filter((answer) => answer.includes("Internal server error"));
    const expected = { failed: [], end: isSocketIo ? expect.stringMatching(/answered|closed/) : "answered" };
    expect({ seed: SEED, query, sent, failed, end }).toEqual({ seed: SEED, query, sent, ...expected });
  } finally {
    await client.close();
  }
}

test(`${FRAMES} random frames fail no function, disturb nobody and leave nothing in the table`, async () => {
  const before = await table();
  const bystander = await RawClient.open(`${local.webSocketUrl}?EIO=4&transport=websocket`);
  await bystander.next("0{");
  bystander.send("40");
  await bystander.next('42["auth"');
  const seen = bystander.received.length;
  const waiting = [...conversations()];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await hold(next);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  bystander.send('421["message-with-ack","still there?"]');
  await bystander.next('431["still there?"]');
  expect(bystander.received.slice(seen)).toEqual(['431["still there?"]']);
  await bystander.close();
  await tableIs(before);
  expect({ seed: SEED, failures: local.failures() }).toEqual({ seed: SEED, failures: [] });
}, 90_000);

/** Resolves when the last disconnect is handled. */
async function tableIs(expected: readonly string[]): Promise<void> {
  const patience = Date.now() + 45_000;
  let found = await table();
  while (JSON.stringify(found) !== JSON.stringify(expected) && Date.now() < patience) found = await table();
  expect({ seed: SEED, found }).toEqual({ seed: SEED, found: expected });
}

/** The heartbeat's note of its run, and what clients could come back for, have a time of their own. */
const KEPT = /^(BEAT$|LOG#|MISS#|SESS#|REPLAY#)/;

async function table(): Promise<readonly string[]> {
  const client = new DynamoDBClient(local.sdkConfig);
  const TableName = Object.entries(local.outputs).find(([name]) => name.endsWith("TableName"))?.[1];
  const items: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...Items.filter(({ pk }) => !KEPT.test(pk?.S ?? "")).map((item) => JSON.stringify(item)));
  }
  client.destroy();
  return items.sort();
}
