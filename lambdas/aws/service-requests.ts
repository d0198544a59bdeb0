import { setTimeout as pause } from "node:timers/promises";
import type { Exchange } from "./http/exchange";
import type { KeepAlive } from "./keep-alive";
import { createSignedClient, type SignedClient } from "./signed-requests";

export interface ServiceClientProps {
  /** As in the service's host name, and in a credential scope. */
  readonly service: "lambda" | "secretsmanager";
  /** Of every request: names in lower case, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly keepAlive: KeepAlive;
}

/** Requests to a service in the function's own region. */
export interface ServiceClient {
  /**
   * Answers the body. Only for requests that may be made twice: one that was lost, throttled or met an error
   * of the service is repeated.
   *
   * @throws ServiceError
   */
  post(path: string, body: string): Promise<string>;
}

/** What a service answered instead. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";

  constructor(
    message: string,
    /** As AWS names it, like `ResourceNotFoundException`, where the answer's body says so. */
    readonly type?: string,
  ) {
    super(message);
  }
}

const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 100;

/** The connection is made for the first request, not at start: most environments never need one. */
export function createServiceClient(props: ServiceClientProps, env = process.env): ServiceClient {
  const { service, headers, keepAlive } = props;
  let client: SignedClient | undefined;
  return {
    post: async (path, body) => {
      client ??= createSignedClient(
        {
          service,
          endpoint: endpointOf(service, env),
          bodyHeaders: headers,
          unsignedHeaders: () => traceHeaders(env),
          keepAlive,
          now: Date.now,
        },
        env,
      );
      return bodyOf(service, await repeated(client, path, body));
    },
  };
}

/** By it Lambda notices functions that invoke each other in a loop, and X-Ray what belongs together. */
function traceHeaders({ _X_AMZN_TRACE_ID: id }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return id ? { "x-amzn-trace-id": id } : {};
}

async function repeated(client: SignedClient, path: string, body: string): Promise<Exchange> {
  for (let attempt = 1; ; attempt += 1) {
    const exchange = await client.send("POST", path, body);
    if (attempt === MAX_ATTEMPTS || !isPassing(exchange)) return exchange;
    await pause(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
  }
}

/** Whether the same request may fare better. */
function isPassing(exchange: Exchange): boolean {
  if (exchange.kind !== "answered") return true;
  const { status, body } = exchange;
  return status === 429 || status >= 500 || (status >= 400 && /throttl/i.test(typeIn(body) ?? ""));
}

function bodyOf(service: string, exchange: Exchange): string {
  if (exchange.kind !== "answered") {
    throw new ServiceError(`${service} could not be reached: ${exchange.error.message}`);
  }
  const { status, body } = exchange;
  if (status >= 200 && status < 300) return body;
  throw new ServiceError(`${service} answered ${status}: ${body.slice(0, 300)}`, typeIn(body));
}

/** As in `{"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException"}`, with the prefix or without. */
function typeIn(body: string): string | undefined {
  return /"__type"\s*:\s*"(?:[^"#]*#)?([^"]*)"/.exec(body)?.[1];
}

/** The variables are those of the SDKs: local AWS sets them. */
function endpointOf(service: ServiceClientProps["service"], env: NodeJS.ProcessEnv): string {
  const given = env[ENDPOINT_VARIABLES[service]] ?? env.AWS_ENDPOINT_URL;
  if (given !== undefined) return given;
  const region = env.AWS_REGION ?? "";
  return `https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

const ENDPOINT_VARIABLES = {
  lambda: "AWS_ENDPOINT_URL_LAMBDA",
  secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
} as const;
