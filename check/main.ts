import { setTimeout as delay } from "node:timers/promises";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { checkTable } from "./check-table";
import { HELP, type Options, readOptions } from "./options";
import { documentClient, tableReader } from "./read-table";
import { json, text } from "./report";

// The SDK's own switch for its notice about Node 20, read when a client is made.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

run(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`check-table: ${line(error)}\n`);
    process.exitCode = 2;
  },
);

async function run(args: readonly string[]): Promise<0 | 1> {
  const options = readOptions(args);
  if (options === "help") {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const report = await check(options);
  process.stdout.write(`${options.json ? json(report) : text(report)}\n`);
  return report.contradictions.length === 0 ? 0 : 1;
}

async function check(options: Options) {
  const client = documentClient(clientConfig(options));
  const { settleSeconds, passes } = options;
  const settle = settleSeconds === 0 ? undefined : () => delay(settleSeconds * 1_000);
  try {
    return await checkTable(tableReader(client, options.table), { now: Date.now, settle, passes });
  } finally {
    client.destroy();
  }
}

/** A local AWS takes any credentials, and real ones do not travel unencrypted. */
function clientConfig({ endpoint, region }: Options): DynamoDBClientConfig {
  if (!endpoint?.startsWith("http:")) return { endpoint, region };
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { endpoint, region: region ?? "us-east-1", credentials };
}

/** A refused connection is an AggregateError (IPv4 and IPv6) whose message is empty. */
function line(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.name;
  return (error.message || code).replace(/\s+/g, " ");
}
