import { LambdaClient } from "@aws-sdk/client-lambda";
import { type CliOptions, HELP, parseOptions } from "./cli-options";
import { clientConfig, findPushFunction, LOCAL_AWS } from "./local-aws";
import { pushFunction } from "./push-function";

// The SDK's own switch for its notice about Node 20, read when a client is made.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

run(process.argv.slice(2)).then(
  (output) => process.stdout.write(`${output}\n`),
  (error: unknown) => {
    process.stderr.write(`push: ${line(error)}\n`);
    process.exitCode = 1;
  },
);

async function run(args: readonly string[]): Promise<string> {
  const options = parseOptions(args, process.env);
  return options === "help" ? HELP : JSON.stringify(await send(options));
}

async function send({ endpoint, functionName, input }: CliOptions) {
  if (functionName !== undefined) return pushTo(functionName, endpoint, input);
  const local = endpoint ?? LOCAL_AWS;
  return pushTo(await findPushFunction(local), local, input);
}

function pushTo(functionName: string, endpoint: string | undefined, input: CliOptions["input"]) {
  const client = new LambdaClient(clientConfig(endpoint));
  return pushFunction({ functionName, client })(input);
}

/** A refused connection is an AggregateError (IPv4 and IPv6) whose message is empty. */
function line(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.name;
  return (error.message || code).replace(/\s+/g, " ");
}
