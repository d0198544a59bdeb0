import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shortName, type Terminal } from "../local/terminal";
import type { Log } from "./log";
import { HELP, readOptions } from "./options";
import { isGood } from "./report";
import { soak } from "./soak";

const LINES_AT_ONCE = 10_000;

// The SDK's own switch for its notice about Node 20, read when a client is made.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

run(process.argv.slice(2)).then(
  // Clients that are still trying to come back would keep the process.
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);

async function run(args: readonly string[]): Promise<0 | 1> {
  const options = readOptions(args);
  if (options === "help") {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const lines: string[] = [];
  const { report, log } = await soak(options, keeping(lines), say);
  if (options.logFolder !== undefined) write(options.logFolder, log, lines);
  process.stdout.write(`${JSON.stringify(report, null, options.json ? undefined : 2)}\n`);
  return isGood(report) ? 0 : 1;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function keeping(lines: string[]): Terminal {
  const add = (source: string, text: string) => {
    lines.push(`${Date.now()} ${source.padEnd(10)} ${text}`);
  };
  return { line: (text) => add("aws", text), functionLine: (fn, text) => add(shortName(fn), text) };
}

function write(folder: string, log: Log, lines: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeLines(join(folder, "seen.jsonl"), log.entries, (entry) => JSON.stringify(entry));
  writeLines(join(folder, "functions.log"), lines, (line) => line);
}

/** A million lines are more than one string should hold. */
function writeLines<Item>(path: string, items: readonly Item[], lineOf: (item: Item) => string): void {
  writeFileSync(path, "");
  for (let first = 0; first < items.length; first += LINES_AT_ONCE) {
    const lines = items.slice(first, first + LINES_AT_ONCE).map((item) => `${lineOf(item)}\n`);
    appendFileSync(path, lines.join(""));
  }
}
