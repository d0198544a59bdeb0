import { REGION } from "./account";
import type { Model } from "./model";

/** Replaces the hosts that API Gateway and SQS would give APIs and queues by local AWS's, in variables and outputs. */
export function localAddresses(model: Model, url: string): Model {
  const local = (values: Readonly<Record<string, string>>) => {
    const replaced = Object.entries(values).map(
      ([name, value]) => [name, localAddress(model, value, url)] as const,
    );
    return Object.fromEntries(replaced);
  };
  const queues = model.queues.map((queue) => ({ ...queue, url: localAddress(model, queue.url, url) }));
  const functions = model.functions.map((fn) => ({ ...fn, environment: local(fn.environment) }));
  return { ...model, functions, queues, outputs: local(model.outputs) };
}

function localAddress({ apis }: Model, value: string, url: string): string {
  const withoutQueues = value.replaceAll(`https://sqs.${REGION}.amazonaws.com`, url);
  return apis.reduce((text, { apiId }) => {
    const host = `://${apiId}.execute-api.${REGION}.amazonaws.com`;
    return text.replaceAll(`https${host}`, url).replaceAll(`wss${host}`, url.replace(/^http/, "ws"));
  }, withoutQueues);
}
