import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchmarkOptions, median, positiveNumber, type Report, type Row } from "../benchmark";
import { type Candidate, candidatesIn } from "./candidates";
import { type Load, load } from "./load";

export const summary = "milliseconds to load each bundle, beside a DynamoDB document client alone";

export const options = { rounds: "25" };

const REFERENCE = "document-client";

/** `ratios` are by Lambda, against a handler with nothing but the document client. */
export async function run(given: BenchmarkOptions): Promise<Report> {
  const rounds = positiveNumber(given, "rounds");
  const directory = mkdtempSync(join(tmpdir(), "roomcast-bench-"));
  try {
    const candidates = await candidatesIn(directory);
    const loads = measure(candidates, rounds);
    const of = (name: string) => loads.get(name) ?? [];
    const ours = candidates.filter(({ isControl }) => !isControl);
    return {
      bench: "cold-start",
      rows: candidates.map((candidate) => rowOf(candidate, of(candidate.name))),
      ratios: Object.fromEntries(ours.map(({ name }) => [name, ratioOf(of(name), of(REFERENCE))])),
      notes: NOTES,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** In rounds, so that whatever disturbs the machine disturbs all alike. */
function measure(candidates: readonly Candidate[], rounds: number): ReadonlyMap<string, readonly Load[]> {
  const loads = new Map(candidates.map(({ name }): [string, Load[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of candidates) loads.get(candidate.name)?.push(load(candidate));
  }
  return loads;
}

function rowOf({ name, bundleKb }: Candidate, loads: readonly Load[]): Row {
  const of = (key: keyof Load) => rounded(median(loads.map((one) => one[key])));
  return { lambda: name, loadMs: of("loadMs"), cpuMs: of("cpuMs"), rssMb: of("rssMb"), bundleKb };
}

/**
 * Of CPU time: loading waits for nothing but its file, and a busy machine disturbs the clock's time more. The
 * median of the rounds' own ratios.
 */
function ratioOf(loads: readonly Load[], references: readonly Load[]): number {
  return rounded(median(loads.map(({ cpuMs }, round) => cpuMs / (references[round]?.cpuMs ?? Number.NaN))));
}

const rounded = (value: number) => Number(value.toFixed(2));

const NOTES = [
  "Medians over the rounds; each load in a fresh process with the function's variables, from require to a ready handler.",
  "document-client: a handler with the DynamoDB document client, configured as the Lambdas have it, and nothing else; the ratios are against it, by cpuMs. lean document-client: the same, bundled as the Lambdas are. empty: a handler that does nothing.",
  "Not shown: what Lambda does before (its virtual machine, Node, fetching the bundle), the first request's TLS handshake, and a Lambda's share of a CPU: with 1,024 MB it is 0.58.",
];
