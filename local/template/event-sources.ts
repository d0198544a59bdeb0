import type { EventSource } from "./model";
import { rolePolicy } from "./policies";
import type { Stack, StackResource } from "./stack";

/** The queues that functions are fed from. Throws on a source that is no queue, and on what would filter it. */
export function readEventSources(stack: Stack): readonly EventSource[] {
  return stack.resources("AWS::Lambda::EventSourceMapping").map((mapping) => readEventSource(stack, mapping));
}

function readEventSource(stack: Stack, { properties }: StackResource): EventSource {
  const queueArn = properties.string("EventSourceArn");
  if (!queueArn.includes(":sqs:"))
    throw new Error(`${properties.owner}: expected a queue in EventSourceArn, got ${queueArn}`);
  if (properties.all.FilterCriteria !== undefined)
    throw new Error(`${properties.owner}: FilterCriteria is not supported locally`);
  const functionName = properties.string("FunctionName").split(":function:").at(-1) ?? "";
  return {
    queueArn,
    functionName,
    batchSize: properties.number("BatchSize") ?? 10,
    reportsFailures: properties.list("FunctionResponseTypes").includes("ReportBatchItemFailures"),
    isEnabled: properties.all.Enabled !== false,
    policy: functionPolicy(stack, functionName),
  };
}

/** Lambda receives messages with the function's own role. */
function functionPolicy(stack: Stack, functionName: string) {
  const fn = stack.resources("AWS::Lambda::Function").find(({ id }) => id === functionName);
  return fn === undefined ? [] : rolePolicy(stack, fn.properties.string("Role"));
}
