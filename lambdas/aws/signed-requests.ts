import type { Exchange } from "./http/exchange";
import type { KeepAlive } from "./keep-alive";
import { credentialsIn } from "./signing/credentials";
import { RequestSigner } from "./signing/request-signer";

export interface SignedClientProps {
  /** As a credential scope has it: `execute-api`, `lambda`. */
  readonly service: string;
  /** `https://` or `http://`, with a path or without. */
  readonly endpoint: string;
  /** Headers of requests with a body, beside its length: names in lower case, `content-type` among them. */
  readonly bodyHeaders: Readonly<Record<string, string>>;
  /** Headers that differ from request to request. */
  readonly unsignedHeaders?: () => Readonly<Record<string, string>>;
  readonly keepAlive: KeepAlive;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface SignedClient {
  /**
   * Makes one attempt, and never rejects. `path` is below the endpoint, begins with `/`, and has its segments
   * escaped by `escapeSegment`. `unsent` also where the environment has no credentials.
   */
  send(method: "POST" | "DELETE", path: string, body?: string): Promise<Exchange>;
}

export { escapeSegment } from "./signing/escape";

/**
 * Requests to a service of AWS over keep-alive connections, signed with what the environment variables say;
 * a change of the credentials is seen within a second.
 */
export function createSignedClient(props: SignedClientProps, env = process.env): SignedClient {
  const { service, endpoint, bodyHeaders, unsignedHeaders, keepAlive, now } = props;
  const url = new URL(endpoint);
  const signer = new RequestSigner({
    service,
    region: regionIn(env),
    host: url.host,
    basePath: url.pathname.replace(/\/$/, ""),
    bodyHeaders,
    credentials: () => credentialsIn(env),
  });
  const pool = keepAlive.pool(url);
  return {
    send: (method, path, body) => {
      try {
        const { text, encoding } = signer.sign(method, path, body, now());
        return pool.send(unsignedHeaders ? withHeaders(text, unsignedHeaders()) : text, encoding);
      } catch (error) {
        return Promise.resolve({ kind: "unsent", error: asError(error) });
      }
    },
  };
}

/** Before the signed ones. */
function withHeaders(request: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const end = request.indexOf("\r\n") + 2;
  return request.slice(0, end) + lines.join("") + request.slice(end);
}

function regionIn({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv): string {
  const region = AWS_REGION || AWS_DEFAULT_REGION;
  if (!region) throw new Error("AWS_REGION is not set");
  return region;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
