import { createHash, randomBytes } from "node:crypto";

/**
 * The chain of functions that led to an invocation. It travels as AWS has it travel, in the `X-Amzn-Trace-Id`
 * header: Lambda puts it into an environment variable and the SDKs send it on. `Lineage` counts how often
 * each function comes up: `Lineage=1a2b3c4d:2|5e6f7a8b:1`.
 */
export interface Trace {
  readonly id: string;
  /** How often this function has now been invoked in the chain. */
  readonly depth: number;
}

/** Adds one invocation of a function to a chain, or begins a chain. */
export function nextTrace(previous: string | undefined, functionArn: string): Trace {
  const fields = new Map((previous ?? "").split(";").map((field) => split(field, "=")));
  const lineage = new Map((fields.get("Lineage") ?? "").split("|").map((entry) => split(entry, ":")));
  const key = createHash("sha256").update(functionArn).digest("hex").slice(0, 8);
  const depth = Number(lineage.get(key) ?? 0) + 1;
  lineage.set(key, String(depth));
  lineage.delete("");
  const chain = [...lineage].map(([name, count]) => `${name}:${count}`).join("|");
  const parent = randomBytes(8).toString("hex");
  return { id: `Root=${fields.get("Root") ?? newRoot()};Parent=${parent};Sampled=0;Lineage=${chain}`, depth };
}

function newRoot(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(12).toString("hex")}`;
}

function split(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? ["", ""] : [text.slice(0, index), text.slice(index + 1)];
}
