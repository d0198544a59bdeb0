import { arn } from "./account";
import type { AsyncSettings, LambdaFunction } from "./model";
import { rolePolicy } from "./policies";
import type { Properties, Stack } from "./stack";

export function readFunctions(stack: Stack): readonly LambdaFunction[] {
  const asyncSettings = readAsyncSettings(stack);
  return stack.resources("AWS::Lambda::Function").map(({ logicalId, id, properties }) => ({
    logicalId,
    name: id,
    arn: arn("lambda", `function:${id}`),
    codePath: codePath(stack, properties),
    handler: properties.string("Handler"),
    environment: environment(properties),
    timeoutSeconds: properties.number("Timeout") ?? 3,
    memoryMegabytes: properties.number("MemorySize") ?? 128,
    reservedConcurrency: properties.number("ReservedConcurrentExecutions"),
    allowsRecursion: properties.optionalString("RecursiveLoop") === "Allow",
    async: asyncSettings.get(id) ?? { maximumRetryAttempts: 2, maximumEventAgeSeconds: 6 * 60 * 60 },
    policy: rolePolicy(stack, properties.string("Role")),
  }));
}

function codePath(stack: Stack, properties: Properties): string {
  const key = properties.object("Code").string("S3Key");
  const path = stack.assets.get(key);
  if (path === undefined)
    throw new Error(`${properties.owner}: its code ${key} is not in the assembly; synthesize again`);
  return path;
}

function environment(properties: Properties): Readonly<Record<string, string>> {
  const { all } = properties.object("Environment").object("Variables");
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

function readAsyncSettings(stack: Stack): ReadonlyMap<string, AsyncSettings> {
  const configs = stack.resources("AWS::Lambda::EventInvokeConfig").map(({ properties }) => {
    const settings = {
      maximumRetryAttempts: properties.number("MaximumRetryAttempts") ?? 2,
      maximumEventAgeSeconds: properties.number("MaximumEventAgeInSeconds") ?? 6 * 60 * 60,
    };
    return [properties.string("FunctionName"), settings] as const;
  });
  return new Map(configs);
}
