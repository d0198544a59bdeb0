import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { Meter } from "./cost/meter";
import { type Costs, Operations } from "./cost/operations";
import { costTable, withTable } from "./cost/table";

const APP = "test/service/fixtures/cost-app.ts";
const DOCUMENT = join(__dirname, "../../docs/limits-and-cost.md");
const DATA = join(__dirname, "../../docs/cost.json");

/** The only heartbeats are those that are asked for. */
const NEVER_MS = 2 ** 31 - 1;

type Context = Readonly<Record<string, string>>;

let service: LocalAws | undefined;
let costs: Costs;
let costsWithoutRecovery: Costs;

beforeAll(async () => {
  const known = JSON.parse(readFileSync(DATA, "utf8"));
  costs = await measureTwiceIfNeeded({ app: APP }, known.costs);
  costsWithoutRecovery = await measureTwiceIfNeeded(
    { app: APP, recoveryWindow: "0" },
    known.costsWithoutRecovery,
  );
  if (process.env.UPDATE_COST_TABLE) update();
}, 600_000);

afterAll(() => service?.stop());

/** On a machine that was too busy for a moment, events are logged twice and recoveries begin anew. */
async function measureTwiceIfNeeded(context: Context, known: unknown): Promise<Costs> {
  const first = await measure(context).catch(() => undefined);
  return first && isDeepStrictEqual(first, known) ? first : measure(context);
}

async function measure(context: Context): Promise<Costs> {
  service = await startLocalAws({ context, limits: { scheduleMinuteMs: NEVER_MS } });
  const meter = new Meter(service.aws);
  const operations = new Operations(service, meter);
  try {
    const counted = await operations.all();
    expect(service.failures()).toEqual([]);
    return counted;
  } finally {
    operations.close();
    meter.stop();
    await service.stop();
    service = undefined;
  }
}

function update(): void {
  writeFileSync(DOCUMENT, documentWithTables());
  writeFileSync(DATA, `${JSON.stringify({ costs, costsWithoutRecovery }, null, 2)}\n`);
}

function documentWithTables(): string {
  const document = readFileSync(DOCUMENT, "utf8");
  const whole = withTable(document, "cost of operations", costTable(costs));
  return withTable(whole, "cost without recovery", costTable(costsWithoutRecovery, costs));
}

test("docs/limits-and-cost.md says what each operation costs (UPDATE_COST_TABLE=1 npx jest test/service/cost.test.ts writes it)", () => {
  expect(readFileSync(DOCUMENT, "utf8")).toBe(documentWithTables());
});

test("docs/cost.json, which `npm run bench -- cost` reads, says the same", () => {
  expect(JSON.parse(readFileSync(DATA, "utf8"))).toEqual({ costs, costsWithoutRecovery });
});

test("an event that needs no room is one request", () => {
  expect(costs.event).toMatchObject({ requests: { Query: 1 }, readUnits: 1, writeUnits: 0, posts: 0 });
});

test("how large an excepted room is makes no difference", () => {
  expect(costs.toTenExceptMany).toEqual(costs.toTenExceptFew);
});
