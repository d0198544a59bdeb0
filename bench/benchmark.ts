/** A module of this folder that `npm run bench -- NAME` runs, by its entry in `main.ts`. */
export interface Benchmark {
  /** One line: what is measured. */
  readonly summary: string;
  /** The options that it takes, as `--name value`, and their defaults. */
  readonly options: BenchmarkOptions;
  run(options: BenchmarkOptions): Promise<Report>;
}

export type BenchmarkOptions = Readonly<Record<string, string>>;

export interface Report {
  readonly bench: string;
  /** Ours against what each name says. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Ours first; units are in the names of the columns. */
  readonly rows: readonly Row[];
  /** How it was measured, and what it does not show. */
  readonly notes?: readonly string[];
}

export type Row = Readonly<Record<string, number | string>>;

/** What whoever typed the command can put right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function positiveNumber(options: BenchmarkOptions, name: string): number {
  return parsed(name, options[name] ?? "");
}

/**
 * Of an option like `--connections 1000,10000`.
 *
 * @throws UsageError
 */
export function positiveNumbers(options: BenchmarkOptions, name: string): readonly number[] {
  return (options[name] ?? "").split(",").map((text) => parsed(name, text));
}

/** Of an odd number of values the one in the middle, of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

function parsed(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name}: expected a number above 0, got ${JSON.stringify(text)}`);
}
