import { defaultMs, type FaultName, isFaultName, POINTS } from "./points";

/** How often a fault strikes, and whom. */
export interface Rule {
  /** From 0 to 1, for each time that its place is passed by whom it is meant for. */
  readonly probability: number;
  /** Milliseconds, of faults that are about time. */
  readonly ms?: number;
  /** Only this function, by its short name, such as `message`. */
  readonly function?: string;
  /** Only this operation of an AWS service, such as `PutItem` or `PostToConnection`. */
  readonly operation?: string;
  /** Only an invocation's call of this number, from 1. */
  readonly call?: number;
  /** The same, counting only calls that may change something. */
  readonly write?: number;
  /** How often at most; without it no limit. */
  readonly times?: number;
}

/** A number is a probability. */
export type FaultPlan = Readonly<Partial<Record<FaultName, number | Rule>>>;

const NUMBERS = ["ms", "call", "write", "times"] as const;
const TEXTS = ["function", "operation"] as const;

/**
 * Reads `post.429=0.01,post.late=0.05:ms=800,lambda.kill=1:function=message:call=3:times=1`.
 *
 * @throws an Error that says what was expected and, of an unknown fault, which there are
 */
export function parsePlan(text: string): FaultPlan {
  return checkPlan(Object.fromEntries(text.split(",").filter(Boolean).map(parseEntry)));
}

/**
 * The gate for a plan from outside, such as a JSON file's content.
 *
 * @throws an Error, as `parsePlan`
 */
export function checkPlan(plan: unknown): FaultPlan {
  if (typeof plan !== "object" || plan === null || Array.isArray(plan))
    throw new Error("faults: expected an object of faults by name");
  const rules = Object.entries(plan).map(([name, rule]) => [knownName(name), checkRule(name, rule)] as const);
  checkSums(rules);
  return Object.fromEntries(rules);
}

function parseEntry(entry: string): [string, unknown] {
  const [first = "", ...rest] = entry.trim().split(":");
  const [name = "", probability = ""] = first.split("=");
  const parameters = rest.map((part) => {
    const [key = "", value = ""] = part.split("=");
    return [key, /^\d+$/.test(value) ? Number(value) : value] as const;
  });
  return [name, { probability: toNumber(probability), ...Object.fromEntries(parameters) }];
}

/** The empty text is no 0; what is no number stays what it is, to be named. */
function toNumber(text: string): number | string {
  return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function knownName(name: string): FaultName {
  if (isFaultName(name)) return name;
  throw new Error(
    `faults: no fault ${name || "without a name"}; there are ${Object.keys(POINTS).join(", ")}`,
  );
}

function checkRule(name: string, given: unknown): Rule {
  const rule: Readonly<Record<string, unknown>> =
    typeof given === "object" && given !== null ? { ...given } : { probability: given };
  const { probability } = rule;
  if (typeof probability !== "number" || !(probability >= 0 && probability <= 1))
    throw new Error(
      `faults: ${name}: expected a probability from 0 to 1, got ${JSON.stringify(probability)}`,
    );
  for (const [key, value] of Object.entries(rule)) checkParameter(name, key, value);
  return { ...rule, probability };
}

function checkParameter(name: string, key: string, value: unknown): void {
  if (key === "probability" || value === undefined) return;
  const isNumber = NUMBERS.some((number) => number === key);
  if (!isNumber && !TEXTS.some((text) => text === key))
    throw new Error(`faults: ${name}: no parameter ${key}; there are ${[...NUMBERS, ...TEXTS].join(", ")}`);
  const isGood = isNumber ? Number.isInteger(value) && Number(value) >= 0 : typeof value === "string";
  if (!isGood) throw new Error(`faults: ${name}: ${key}: expected a ${isNumber ? "whole number" : "name"}`);
  if (key === "ms" && isFaultName(name) && defaultMs(name) === undefined)
    throw new Error(`faults: ${name}: takes no ms: it is not about time`);
}

/** One throw of the dice decides between the faults of a place; those for some passers only may not meet. */
function checkSums(rules: readonly (readonly [FaultName, Rule])[]): void {
  const sums = new Map<string, number>();
  for (const [name, { probability, ...whom }] of rules) {
    if (Object.keys(whom).some((key) => key !== "ms")) continue;
    const { at } = POINTS[name];
    const sum = (sums.get(at) ?? 0) + probability;
    // A sum of tenths may be a hair above.
    if (sum > 1 + 1e-9) throw new Error(`faults: the probabilities of "${at}" add up to more than 1`);
    sums.set(at, sum);
  }
}
