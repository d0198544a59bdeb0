import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SignJWT } from "jose";
import { startLocalAws } from "./local-aws";

/** The service under test: local AWS, or a deployed stage. */
export interface Target {
  readonly webSocketUrl: string;
  readonly ioUrl: string;
  readonly ioPath: string;
  token(claims: Readonly<Record<string, unknown>>): Promise<string>;
  push(input: unknown): Promise<unknown>;
  /** What functions threw or did not answer; nothing is known of a deployed stage's. */
  failures(): readonly string[];
  /** Resolves when a function has written a line with the text. */
  logged(text: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Local AWS, unless `ROOMCAST_URL` names a deployed stage (`wss://…/prod`), with `ROOMCAST_PUSH_FUNCTION`
 * and `ROOMCAST_JWT_SECRET`, the secret's value, and the AWS SDK's usual credentials.
 */
export function startTarget(options: { readonly app?: string } = {}): Promise<Target> {
  const { ROOMCAST_URL } = process.env;
  // A deployed stage has the default app; tests with an app of their own are about local AWS anyway.
  if (ROOMCAST_URL === undefined || options.app !== undefined) return localTarget(options.app);
  return deployedTarget(new URL(ROOMCAST_URL));
}

async function localTarget(app?: string): Promise<Target> {
  const local = await startLocalAws({ context: app === undefined ? undefined : { app } });
  return {
    webSocketUrl: local.webSocketUrl,
    ioUrl: local.ioUrl,
    ioPath: "/socket.io",
    token: (claims) => local.token(claims),
    push: pushWith(new LambdaClient(local.sdkConfig), local.pushFunctionName),
    failures: () => local.failures(),
    logged: async (text) => void (await local.logged(text)),
    stop: () => local.stop(),
  };
}

async function deployedTarget(url: URL): Promise<Target> {
  const { ROOMCAST_PUSH_FUNCTION = "", ROOMCAST_JWT_SECRET = "" } = process.env;
  return {
    webSocketUrl: url.href,
    ioUrl: url.origin.replace(/^ws/, "http"),
    ioPath: url.pathname,
    token: (claims) => sign(claims, ROOMCAST_JWT_SECRET),
    push: pushWith(new LambdaClient({}), ROOMCAST_PUSH_FUNCTION),
    failures: () => [],
    logged: () => Promise.reject(new Error("the log of a deployed stage is in CloudWatch")),
    stop: async () => {},
  };
}

function sign(claims: Readonly<Record<string, unknown>>, secret: string): Promise<string> {
  const key = new TextEncoder().encode(secret);
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(key);
}

function pushWith(client: LambdaClient, FunctionName: string) {
  return async (input: unknown): Promise<unknown> => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }));
    const payload: unknown = JSON.parse(answer.Payload?.transformToString() ?? "null");
    if (answer.FunctionError) throw new Error(JSON.stringify(payload));
    return payload;
  };
}
