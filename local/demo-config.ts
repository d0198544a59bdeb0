import type { Model } from "./template/model";
import { demoTokens, type Tokens } from "./tokens";

/** What the demo page asks for, and what `npm start` prints. */
export interface DemoConfig {
  readonly wsUrl: string;
  readonly ioUrl: string;
  readonly ioPath: string;
  readonly endpoint: string;
  readonly pushFunctionName?: string;
  /** Without a secret in the template (a JWKS URL verifies) nobody here can sign a token. */
  readonly tokens?: Tokens;
}

export async function demoConfig(
  url: string,
  model: Model,
  jwtSecret: string | undefined,
): Promise<DemoConfig> {
  return {
    wsUrl: webSocketUrl(url, model),
    ioUrl: url,
    ioPath: "/socket.io",
    endpoint: url,
    pushFunctionName: outputNamed(model, /PushFunctionName$/),
    tokens: jwtSecret === undefined ? undefined : await demoTokens(jwtSecret),
  };
}

export function webSocketUrl(url: string, { apis }: Model): string {
  return `${url.replace(/^http/, "ws")}/${apis[0]?.stage.name ?? ""}`;
}

/** By the end of its name: a construct in somebody's own stack gives outputs longer names. */
export function outputNamed({ outputs }: Model, pattern: RegExp): string | undefined {
  return Object.entries(outputs).find(([name]) => pattern.test(name))?.[1];
}
