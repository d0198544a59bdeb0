import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writeBundle } from "../../lib/bundle";

const PACKAGE = join(__dirname, "../..");

/**
 * Kilobytes with the default app: what there was when this was written, and a tenth. Each 100 kB more takes
 * a Lambda some 2 ms more to start, before any of it runs.
 */
const BUDGETS_KB: Readonly<Record<string, number>> = {
  connect: 370,
  deliver: 310,
  disconnect: 370,
  heartbeat: 310,
  message: 400,
  open: 370,
  push: 325,
};

const ENTRIES = readdirSync(join(PACKAGE, "lambdas"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => basename(file, ".ts"));

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "roomcast-budget-"));
});

afterAll(() => rmSync(directory, { recursive: true }));

test("each Lambda has a budget", () => {
  expect(Object.keys(BUDGETS_KB)).toEqual(ENTRIES);
});

describe.each(ENTRIES)("the bundle of %s", (entry) => {
  let shares: ReadonlyMap<string, number>;
  let kilobytes: number;

  beforeAll(() => {
    const outputDir = mkdtempSync(join(directory, entry));
    writeBundle({ entryPoint: `lambdas/${entry}.ts`, app: join(PACKAGE, "app/index.ts"), outputDir });
    kilobytes = statSync(join(outputDir, "index.js")).size / 1_000;
    shares = sharesIn(join(outputDir, "index.meta.json"));
  });

  it("keeps to its budget", () => {
    const budget = BUDGETS_KB[entry] ?? 0;
    if (kilobytes > budget) throw new Error(`expected at most ${budget} kB, got ${kilobytes}: ${largest()}`);
  });

  it("has no client of AWS but DynamoDB's", () => {
    const clients = [...shares.keys()].filter((name) => /^@aws-sdk\/(client-|nested-clients)/.test(name));
    expect(clients).toEqual(["@aws-sdk/client-dynamodb"]);
  });

  function largest(): string {
    const sorted = [...shares].sort(([, a], [, b]) => b - a);
    return sorted
      .slice(0, 12)
      .map(([name, bytes]) => `${name} ${(bytes / 1_000).toFixed(1)}`)
      .join(", ");
  }
});

/** Bytes by package, or by folder of our own. */
function sharesIn(metafile: string): ReadonlyMap<string, number> {
  const { outputs }: { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> } =
    JSON.parse(readFileSync(metafile, "utf8"));
  const shares = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(outputs["index.js"]?.inputs ?? {})) {
    const name = ownerOf(path);
    shares.set(name, (shares.get(name) ?? 0) + bytesInOutput);
  }
  return shares;
}

function ownerOf(path: string): string {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return name ?? path.split("/").slice(0, 2).join("/");
}
