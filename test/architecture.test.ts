import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const ROOT = join(__dirname, "..");

/** Who may import whom: the first rule whose folder holds the file counts. A folder may import itself. */
const ARROWS: readonly [folder: string, mayImport: readonly string[]][] = [
  ["bin/", ["lib"]],
  ["lib/", ["lambdas/aws/env"]],
  ["app/", ["roomcast"]],
  ["lambdas/protocol/", []],
  ["lambdas/core/", ["lambdas/protocol/"]],
  ["lambdas/aws/", ["lambdas/core/", "lambdas/protocol/"]],
  ["lambdas/", ["lambdas/aws/", "lambdas/core/", "lambdas/protocol/", "#app"]],
  ["local/", []],
  ["check/", ["lambdas/aws/dynamodb/", "lambdas/core/"]],
  // It judges the service by what clients saw: nothing of ours may have a part in that.
  ["soak/oracle", ["soak/oracle", "soak/log"]],
  ["soak/app", ["roomcast"]],
  ["soak/", ["local/", "check/", "emitter"]],
  // They measure the parts themselves, with what tests put around them.
  ["bench/", ["lambdas/", "lib/bundle", "local/", "test/support/"]],
  // Types: of the event maps and of what the push function answers.
  ["emitter/", ["lambdas/core/api/event-maps", "lambdas/core/push"]],
];

/** Libraries of a layer's own: AWS in adapters and tools only, a pure protocol layer. */
const FOREIGN: readonly [folder: string, packages: RegExp][] = [
  ["lambdas/protocol/", /^(engine\.io-parser|socket\.io-parser|valibot)$/],
  ["lambdas/core/", /^(node:|jose$|valibot$)/],
  ["app/", /^(node:|roomcast$)/],
];

const IMPORT = /(?:^|\n)(?:import|export)\s[^;"'`]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g;

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  return [...source.matchAll(IMPORT)].map((match) => {
    const to = match[1] ?? match[2] ?? "";
    return { from: file, to: to.startsWith(".") ? normalize(join(dirname(file), to)) : to };
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const imports = ["bin", "lib", "app", "lambdas", "local", "check", "emitter", "soak", "bench"]
  .flatMap(filesIn)
  .flatMap(importsOf);
const isOurs = ({ to }: Import) =>
  /^(bin|lib|app|lambdas|local|check|emitter|soak|bench|demo|test|roomcast|#app)(\/|$)/.test(to);

function ruleOf({ from }: Import): (typeof ARROWS)[number] {
  return ARROWS.find(([folder]) => from.startsWith(folder)) ?? ["", []];
}

function mayImport(one: Import): boolean {
  const [folder, allowed] = ruleOf(one);
  return [folder, ...allowed].some((target) => one.to.startsWith(target));
}

test("imports follow the arrows", () => {
  const ours = imports.filter(isOurs);
  expect(ours.length).toBeGreaterThan(100);
  expect(ours.filter((one) => !mayImport(one))).toEqual([]);
});

test("every arrow is of files that are there, and holds for them", () => {
  const idle = ARROWS.filter(([folder]) => !imports.some((one) => ruleOf(one)[0] === folder));
  expect(idle).toEqual([]);
});

test.each([
  ["soak/oracle.ts", "lambdas/core/rooms"],
  ["soak/oracle/order.ts", "soak/service"],
  ["soak/app.ts", "lambdas/core/index"],
  ["soak/soak.ts", "lambdas/core/index"],
  ["check/rules.ts", "lambdas/aws/gateway"],
  ["lambdas/core/rooms.ts", "lambdas/aws/gateway"],
])("%s may not import %s", (from, to) => {
  expect(mayImport({ from, to })).toBe(false);
});

test("each layer keeps to its libraries", () => {
  const strangers = imports.filter((one) => {
    const rule = FOREIGN.find(([folder]) => one.from.startsWith(folder));
    return rule !== undefined && !isOurs(one) && !rule[1].test(one.to);
  });
  expect(strangers).toEqual([]);
});

test("modules of the core and the protocol do not import each other in a circle", () => {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports.filter(isOurs).filter(runs)) {
    graph.set(from, [...(graph.get(from) ?? []), `${to}.ts`]);
  }
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    else if (!done.has(file)) for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  const done = new Set<string>();
  for (const file of graph.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

/** Types are gone at run time, and may refer to each other as they like. */
function runs({ from, to }: Import): boolean {
  const source = readFileSync(join(ROOT, from), "utf8");
  const name = to.split("/").at(-1) ?? to;
  const statement = new RegExp(`(?:import|export)\\s+(?!type\\b)[^;]*?/${name}"`);
  return statement.test(source);
}
