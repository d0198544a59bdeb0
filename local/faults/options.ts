import { existsSync, readFileSync } from "node:fs";
import { checkPlan, type FaultPlan, parsePlan } from "./plan";
import { faultList } from "./points";

export interface FaultOptions {
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly speedUp: number;
}

export const FAULT_OPTIONS = {
  faults: { type: "string" },
  "fault-seed": { type: "string" },
  "speed-up": { type: "string" },
} as const;

export const FAULT_HELP = `  --faults PLAN what AWS does wrong, and how likely each time: post.429=0.01,post.late=0.05:ms=800
                or the name of a JSON file: {"post.429": 0.01, "post.late": {"probability": 0.05, "ms": 800}}
  --fault-seed N
                the same seed strikes the same requests, as far as they come in the same order (default 1)
  --speed-up N  connections are cut N times as soon as after two hours, or ten idle minutes`;

export const FAULT_LIST = `Faults (parameters: ms, function, operation, call, write, times; see docs/local-faults.md):
${faultList()}`;

/** @throws an Error that names the wrong option */
export function readFaultOptions(values: Readonly<Record<string, unknown>>): FaultOptions {
  return {
    plan: readPlan(values.faults),
    seed: readNumber("fault-seed", values["fault-seed"] ?? "1", /^\d+$/),
    speedUp: readNumber("speed-up", values["speed-up"] ?? "1", /^[1-9]\d*(\.\d+)?$/),
  };
}

function readPlan(given: unknown): FaultPlan {
  if (given === undefined) return {};
  const text = String(given);
  if (!text.endsWith(".json")) return parsePlan(text);
  if (!existsSync(text)) throw new Error(`--faults: expected a plan or a file, and there is no file ${text}`);
  return checkPlan(JSON.parse(readFileSync(text, "utf8")));
}

function readNumber(name: string, given: unknown, pattern: RegExp): number {
  const text = String(given);
  if (!pattern.test(text)) throw new Error(`--${name}: expected a number from 1, got ${text}`);
  return Number(text);
}
