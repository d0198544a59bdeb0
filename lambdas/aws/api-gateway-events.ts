import type { UpgradeRequest } from "../core/connections/handshake";
import type { DisconnectEvent } from "../core/internal-events";
import { EVENT_VERSION } from "../core/internal-events";
import type { MessageRequest } from "../core/messages/message";

/**
 * What API Gateway sends for a WebSocket API; `@types/aws-lambda` lacks `identity` and the `$disconnect`
 * fields.
 */
export interface WebSocketEvent {
  readonly requestContext: {
    readonly connectionId: string;
    readonly connectedAt: number;
    readonly requestTimeEpoch: number;
    readonly eventType: "CONNECT" | "MESSAGE" | "DISCONNECT";
    readonly identity?: { readonly sourceIp?: string };
  };
  /** In the casing of the client. Absent on messages. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
}

export function upgradeRequestOf({
  requestContext,
  headers,
  queryStringParameters,
}: WebSocketEvent): UpgradeRequest {
  return {
    connectionId: requestContext.connectionId,
    connectedAt: requestContext.connectedAt,
    headers: Object.fromEntries(present(headers).map(([name, value]) => [name.toLowerCase(), value])),
    query: Object.fromEntries(present(queryStringParameters)),
    address: requestContext.identity?.sourceIp ?? "",
  };
}

export function messageRequestOf({ requestContext, body }: WebSocketEvent): MessageRequest {
  return {
    connectionId: requestContext.connectionId,
    body: body ?? "",
    arrivedAt: requestContext.requestTimeEpoch,
  };
}

/** API Gateway has closed the connection itself: nothing is left to cut. */
export function disconnectEventOf({ requestContext }: WebSocketEvent): DisconnectEvent {
  const { connectionId } = requestContext;
  return { version: EVENT_VERSION, connections: [{ connectionId }], reason: "transport close", cut: false };
}

export function isWebSocketEvent(event: unknown): event is WebSocketEvent {
  return typeof event === "object" && event !== null && "requestContext" in event;
}

function present(values: Readonly<Record<string, string | undefined>> = {}): [string, string][] {
  return Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
}
