import { execFile } from "node:child_process";
import { join } from "node:path";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { connectionKey } from "../../lambdas/aws/dynamodb/keys";
import { createStores } from "../../lambdas/aws/dynamodb/stores";
import { connectionRecord, HANDSHAKE } from "../aws/dynamodb/records";
import { createTestTable, useDynalite } from "../support/dynamodb";

const PROJECT = join(__dirname, "../..");

const database = useDynalite();
let table: string;

beforeAll(async () => {
  table = await createTestTable(database.client);
  const { connections } = createStores({
    client: database.client,
    tableName: table,
    now: Date.now,
    maxRoomsPerSocket: 10,
  });
  await connections.open(connectionRecord({ connectedAt: Date.now() - 600_000 }), HANDSHAKE);
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm run check-table` runs. */
function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "check/main.ts", ...args],
      { cwd: PROJECT },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const here = () => ["--table", table, "--endpoint", database.endpoint, "--settle-seconds", "0"];

it("says that nothing contradicts, with exit code 0", async () => {
  const { code, stdout, stderr } = await run(...here());
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe("read 3 items: 1 × connection, 1 × handshake, 1 × liveness\nnothing contradicts\n");
});

it("says what contradicts, for people and as JSON, with exit code 1", async () => {
  await database.client.send(new DeleteCommand({ TableName: table, Key: connectionKey("L0SM9cOFvHcCIhw=") }));
  const [people, program] = await Promise.all([run(...here()), run(...here(), "--json")]);
  expect([people.code, program.code]).toEqual([1, 1]);
  expect(people.stdout).toContain(
    "connection-missing     CONN#L0SM9cOFvHcCIhw= ZHAND: the handshake's connection",
  );
  expect(people.stdout).toMatch(/\n2 contradictions\n$/);
  const report = JSON.parse(program.stdout.trim().split("\n").at(-1) ?? "");
  expect(report.contradictions.map(({ what }: { what: string }) => what)).toEqual([
    "connection-missing",
    "connection-missing",
  ]);
});

it.each([
  [[], "check-table: expected --table NAME (--help shows all options)\n"],
  [["--table", "t", "--passes", "0"], "check-table: --passes: expected a whole number from 1, got 0\n"],
  [["--table", "t", "--endpoint", "here"], /^check-table: --endpoint: expected a URL/],
  [["--table", "t", "--endpoint", "http://127.0.0.1:1"], /^check-table: .*ECONNREFUSED/],
])(
  "answers %j with one line and exit code 2",
  async (args, line) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  },
  20_000,
);
