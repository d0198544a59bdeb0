import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { DemoConfig } from "./demo-config";
import { pathOf, reply } from "./http";
import type { Terminal } from "./terminal";

/** A service takes a request, or answers `undefined` and leaves it to the next. */
export type Service = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => Promise<void> | undefined;

export interface Front {
  readonly services: readonly Service[];
  readonly files: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly demoConfig: () => Promise<DemoConfig>;
  readonly terminal: Terminal;
}

/** The one port: finds out which service a request is for. */
export function front({ services, files, demoConfig, terminal }: Front): RequestListener {
  return (request, response) => {
    route(request, response).catch((error: unknown) => {
      terminal.line(
        `${request.method} ${request.url} failed: ${error instanceof Error ? error.message : error}`,
      );
      if (!response.headersSent) reply(response, 500, JSON.stringify({ message: "Internal server error" }));
    });
  };

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    for (const service of services) {
      const taken = service(request, response, path);
      if (taken !== undefined) return taken;
    }
    if (path === "/demo-config.json") return reply(response, 200, JSON.stringify(await demoConfig()));
    if (await files(request, response)) return;
    reply(response, 404, JSON.stringify({ message: "Not Found" }));
  }
}
