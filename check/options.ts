import { parseArgs } from "node:util";

export const HELP = `Lists every item of a table that contradicts another. Reads only (Scan), and all of the table.

  npm run check-table -- --table NAME [options]

  --table NAME       of a stack: its output TableName
  --endpoint URL     of a local AWS, such as http://localhost:3000
  --region REGION    default: as the AWS SDK is configured
  --settle-seconds N looks again after so long, and reports only what both looks found; 0 looks once
                     (default 5: a table in use changes while it is read)
  --passes N         reads the table N times for a look, for a table that does not fit in memory:
                     some half a kilobyte for each item, divided by N (default 1)
  --json             one line of JSON at the end, instead of a list for people

Exit code: 0 when nothing contradicts, 1 when something does, 2 when the table could not be read.`;

export interface Options {
  readonly table: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly settleSeconds: number;
  readonly passes: number;
  readonly json: boolean;
}

/** @throws an Error that names the option, what was expected and what came */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      table: { type: "string" },
      endpoint: { type: "string" },
      region: { type: "string" },
      "settle-seconds": { type: "string", default: "5" },
      passes: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  if (values.help) return "help";
  const { table, endpoint, region, json } = values;
  if (table === undefined) throw new Error("expected --table NAME (--help shows all options)");
  if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint))
    throw new Error(`--endpoint: expected a URL such as http://localhost:3000, got ${endpoint}`);
  const settleSeconds = readNumber("settle-seconds", values["settle-seconds"], 0);
  return { table, endpoint, region, settleSeconds, passes: readNumber("passes", values.passes, 1), json };
}

function readNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least) return number;
  throw new Error(`--${name}: expected a whole number from ${least}, got ${text}`);
}
