import type { LambdaClientConfig } from "@aws-sdk/client-lambda";

/** Where `npm start` listens unless it is told otherwise. */
export const LOCAL_AWS = "http://localhost:3000";

/**
 * Asks the AWS that `npm start` runs for the name of its push function.
 *
 * @throws one line that says how to go on, when none answers there
 */
export async function findPushFunction(endpoint: string): Promise<string> {
  const name = await demoConfig(endpoint).then(pushFunctionName, () => undefined);
  if (name !== undefined) return name;
  throw new Error(
    `no local Roomcast answers at ${endpoint}: run npm start, or name a deployed stack's push function with --function (its output PushFunctionName)`,
  );
}

/** Without an endpoint it is AWS, by the SDK's own configuration; over plain HTTP it can only be a local one. */
export function clientConfig(endpoint: string | undefined): LambdaClientConfig {
  if (endpoint === undefined) return {};
  if (!endpoint.startsWith("http:")) return { endpoint };
  // A machine without any AWS configuration pushes too, and real credentials do not travel unencrypted.
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { endpoint, region: "us-east-1", credentials };
}

async function demoConfig(endpoint: string): Promise<unknown> {
  const response = await fetch(new URL("/demo-config.json", endpoint), {
    signal: AbortSignal.timeout(5_000),
  });
  return response.json();
}

function pushFunctionName(config: unknown): string | undefined {
  if (typeof config !== "object" || config === null || !("pushFunctionName" in config)) return undefined;
  return typeof config.pushFunctionName === "string" ? config.pushFunctionName : undefined;
}
