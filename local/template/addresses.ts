import { REGION } from "./account";
import type { Model } from "./model";

/** Replaces the hosts that API Gateway would give the APIs by local AWS's, in variables and outputs. */
export function localAddresses(model: Model, url: string): Model {
  const local = (values: Readonly<Record<string, string>>) => {
    const replaced = Object.entries(values).map(
      ([name, value]) => [name, localAddress(model, value, url)] as const,
    );
    return Object.fromEntries(replaced);
  };
  const functions = model.functions.map((fn) => ({ ...fn, environment: local(fn.environment) }));
  return { ...model, functions, outputs: local(model.outputs) };
}

function localAddress({ apis }: Model, value: string, url: string): string {
  return apis.reduce((text, { apiId }) => {
    const host = `://${apiId}.execute-api.${REGION}.amazonaws.com`;
    return text.replaceAll(`https${host}`, url).replaceAll(`wss${host}`, url.replace(/^http/, "ws"));
  }, value);
}
