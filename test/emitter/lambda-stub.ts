import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parsePush } from "../../lambdas/core/push/push-request";

export interface Invocation {
  readonly functionName: string;
  readonly payload: unknown;
  readonly authorization: string;
}

export const OPERATED = { sockets: 2, done: 1, gone: 1, failed: 0 };
export const PUSHED = { recipients: 2, sent: 1, gone: 1, failed: 0, unknown: 0, pending: 0 };

/** Lambda's Invoke API with one function in it, `push`, which judges its input as the real one does. */
export class LambdaStub {
  readonly invocations: Invocation[] = [];
  /** What `GET /demo-config.json` answers, as the AWS that `npm start` runs. */
  demoConfig: unknown = { pushFunctionName: "push" };
  /** Makes the function fail with it, whatever its input. */
  failure: Error | undefined;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    // A TCP server that listens has an address and a port; the string is for pipes.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The payloads that came since the last call. */
  payloads(): unknown[] {
    return this.invocations.splice(0).map(({ payload }) => payload);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.url === "/demo-config.json") return end(response, 200, this.demoConfig);
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "")?.[1] ?? "";
    if (functionName !== "push") {
      const error = { Type: "User", Message: `Function not found: ${functionName}` };
      return end(response, 404, error, { "x-amzn-errortype": "ResourceNotFoundException" });
    }
    const payload: unknown = JSON.parse(Buffer.concat(chunks).toString());
    this.invocations.push({ functionName, payload, authorization: request.headers.authorization ?? "" });
    try {
      if (this.failure) throw this.failure;
      const [request] = parsePush(payload).requests;
      end(response, 200, request?.kind === "event" ? PUSHED : OPERATED);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const failure = { errorType: error.name, errorMessage: error.message, trace: [] };
      end(response, 200, failure, { "x-amz-function-error": "Unhandled" });
    }
  }
}

function end(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
