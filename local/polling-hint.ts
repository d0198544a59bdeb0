import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "./gateway/gateway";
import { pathOf, queryOf, reply } from "./http";
import type { Terminal } from "./terminal";

const HINT = 'This endpoint speaks WebSocket only: give the client the option transports: ["websocket"]';

/**
 * Answers a client that begins with HTTP long-polling, as Socket.IO's do by default. API Gateway would refuse
 * it without a word. `undefined` when the request is for something else.
 */
export function pollingHint(gateway: Gateway, terminal: Terminal) {
  let isTold = false;
  return (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
    const isPolling = new URLSearchParams(queryOf(request)).get("transport") === "polling";
    if (!isPolling || gateway.atPath(pathOf(request)) === undefined) return undefined;
    if (!isTold) terminal.line(`A Socket.IO client tried HTTP long-polling. ${HINT}`);
    isTold = true;
    // With CORS headers, so that a browser shows the answer to the page that asked.
    reply(response, 400, JSON.stringify({ code: 0, message: HINT }), {
      "access-control-allow-origin": request.headers.origin ?? "*",
      "access-control-allow-credentials": "true",
    });
    return Promise.resolve();
  };
}
