import type { IncomingMessage, ServerResponse } from "node:http";
import type { Callers } from "../callers";
import { type Headers, readBody, reply } from "../http";
import type { Limits } from "../limits";
import { arn } from "../template/account";
import type { WebSocketApi } from "../template/model";
import type { Connection } from "./connection";
import { isConnectionId } from "./connection-id";
import type { Gateway } from "./gateway";

const PATH = /^\/([^/]+)\/@connections\/([^/]+)$/;

type Answer = readonly [status: number, body?: string, headers?: Headers];

/** Answers `@connections`. `undefined` when the request is for something else. */
export function connectionsApi(gateway: Gateway, callers: Callers, limits: Limits) {
  return (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> | undefined => {
    const [, stage, connectionId] = PATH.exec(path) ?? [];
    if (stage === undefined || connectionId === undefined) return undefined;
    return handle(request, stage, decodeURIComponent(connectionId)).then((answer) =>
      reply(response, ...answer),
    );
  };

  async function handle(request: IncomingMessage, stage: string, connectionId: string): Promise<Answer> {
    const body = await readBody(request);
    const api = gateway.api(stage);
    const method = request.method ?? "";
    const act = METHODS[method];
    if (act === undefined)
      return refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    const refused = authorize(request, method, api, connectionId);
    if (refused !== undefined) return refused;
    if (!isConnectionId(connectionId))
      return refusal(400, "BadRequestException", `Invalid connectionId: ${connectionId}`);
    if (!gateway.throttle.takePost()) return refusal(429, "LimitExceededException", "Rate exceeded");
    if (body.length > limits.maxMessageBytes)
      return refusal(413, "PayloadTooLargeException", "Payload too large");
    const connection = gateway.connection(connectionId);
    return connection?.peer.stage === stage ? act(connection, body) : GONE;
  }

  function authorize(
    request: IncomingMessage,
    method: string,
    api: WebSocketApi | undefined,
    connectionId: string,
  ): Answer | undefined {
    const caller = callers.of(request);
    if (caller === undefined)
      return refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    if (api === undefined) return refusal(403, "ForbiddenException", "Forbidden");
    const resource = arn(
      "execute-api",
      `${api.apiId}/${api.stage.name}/${method}/@connections/${connectionId}`,
    );
    const isAllowed = caller.may("execute-api:ManageConnections", resource);
    if (isAllowed) return undefined;
    return refusal(403, "ForbiddenException", caller.denial("execute-api:ManageConnections", resource));
  }
}

const GONE: Answer = [410, "", { "x-amzn-errortype": "GoneException" }];

const METHODS: Readonly<Record<string, (connection: Connection, body: Buffer) => Answer>> = {
  POST: (connection, body) => {
    const outcome = connection.send(body);
    if (outcome === "full")
      return refusal(429, "LimitExceededException", "The client does not read fast enough");
    return outcome === "gone" ? GONE : [200];
  },
  GET: ({ peer, lastActiveAt }) => [
    200,
    JSON.stringify({
      connectedAt: new Date(peer.connectedAt).toISOString(),
      identity: { sourceIp: peer.sourceIp, userAgent: peer.userAgent },
      lastActiveAt: lastActiveAt.toISOString(),
    }),
  ],
  DELETE: (connection) => {
    connection.close(1000, "");
    return [204];
  },
};

function refusal(status: number, type: string, message: string): Answer {
  return [status, JSON.stringify({ message }), { "x-amzn-errortype": type }];
}
