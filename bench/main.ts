import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Benchmark, type BenchmarkOptions, type Report, UsageError } from "./benchmark";
import { table } from "./table";

/** By name; loaded when run. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  broadcast: () => import("./broadcast"),
  "cold-start": () => import("./cold-start"),
  cost: () => import("./cost"),
  faults: () => import("./faults"),
  post: () => import("./post"),
};

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (!load) throw new UsageError(await usage(name));
  const benchmark = await load();
  const { isJson, options } = parse(name, benchmark, args);
  console.log(`$ npm run bench -- ${[name, ...args].join(" ")}`);
  console.log(`${benchmark.summary}\n${machine()}\n`);
  const report = await benchmark.run(options);
  print(report);
  if (isJson) {
    const { bench, ratios, rows } = report;
    console.log(JSON.stringify({ bench, ratios, rows }));
  }
}

/** @throws UsageError that names the options there are. */
function parse(name: string, { options }: Benchmark, args: readonly string[]) {
  const known = Object.keys(options);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(known.map((option) => [option, { type: "string" as const }])),
        json: { type: "boolean" },
      },
    });
    const { json, ...given } = values;
    // What is declared as a string is one.
    return { isJson: json === true, options: { ...options, ...(given as BenchmarkOptions) } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const valid = Object.entries(options).map(([option, value]) => `--${option} ${value}`);
    throw new UsageError(`${name}: ${reason}\n${name} takes ${[...valid, "--json"].join(", ")}`);
  }
}

async function usage(name: string): Promise<string> {
  const summaries = Object.entries(BENCHMARKS).map(
    async ([key, load]) => `  ${key}  ${(await load()).summary}`,
  );
  const expected = `expected one of these benchmarks${name === "" ? "" : `, got ${JSON.stringify(name)}`}:`;
  return [expected, ...(await Promise.all(summaries))].join("\n");
}

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? "unknown CPU"}, Node ${process.version}, ${process.platform} ${process.arch}`;
}

function print({ rows, ratios, notes = [] }: Report): void {
  console.log(table(rows));
  const compared = Object.entries(ratios).map(([name, ratio]) => `${name} ${Number(ratio.toPrecision(3))}`);
  console.log(`\nratios: ${compared.join(", ")}`);
  for (const note of notes) console.log(`- ${note}`);
}
