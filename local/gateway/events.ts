import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { queryOf } from "../http";

/** What API Gateway knows of a WebSocket from its upgrade. */
export interface Peer {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent?: string;
}

export type EventType = "CONNECT" | "MESSAGE" | "DISCONNECT";

type Multi = Readonly<Record<string, readonly string[]>>;

/** The event of `$connect`: the only one with the client's headers and query. */
export function connectEvent(peer: Peer, request: IncomingMessage, requestId: string) {
  const multiValueHeaders = { ...headers(request), ...forwarded(peer) };
  const query = parameters(request);
  return {
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    ...(Object.keys(query).length > 0 && {
      queryStringParameters: lastValues(query),
      multiValueQueryStringParameters: query,
    }),
    requestContext: requestContext(peer, "$connect", "CONNECT", requestId),
    isBase64Encoded: false,
  };
}

export type MessageEvent = ReturnType<typeof messageEvent>;

export function messageEvent(peer: Peer, routeKey: string, body: string, requestId: string) {
  return {
    requestContext: { ...requestContext(peer, routeKey, "MESSAGE", requestId), messageId: shortId() },
    body,
    isBase64Encoded: false,
  };
}

export function disconnectEvent(peer: Peer, requestId: string, code: number, reason: string) {
  const stub = { Host: peer.domainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers: stub,
    multiValueHeaders: Object.fromEntries(Object.entries(stub).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...requestContext(peer, "$disconnect", "DISCONNECT", requestId),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  };
}

/** Such as `JKJaXmPLvHcESHA=`. */
export function shortId(): string {
  return `${randomBytes(11).toString("base64url")}=`;
}

function requestContext(peer: Peer, routeKey: string, eventType: EventType, requestId: string) {
  const now = new Date();
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(now),
    messageDirection: "IN",
    stage: peer.stage,
    connectedAt: peer.connectedAt,
    requestTimeEpoch: now.getTime(),
    identity: { sourceIp: peer.sourceIp, ...(peer.userAgent !== undefined && { userAgent: peer.userAgent }) },
    requestId,
    domainName: peer.domainName,
    connectionId: peer.connectionId,
    apiId: peer.apiId,
  };
}

/** The common log format's: `09/Feb/2024:18:11:43 +0000`. */
function requestTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Headers in the client's own spelling, without those that belong to the connection itself. */
function headers(request: IncomingMessage): Multi {
  const { rawHeaders } = request;
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );
  return collect(pairs.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase())));
}

const HOP_BY_HOP: ReadonlySet<string> = new Set(["connection", "upgrade"]);

function forwarded(peer: Peer): Multi {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return {
    "X-Amzn-Trace-Id": [`Root=1-${seconds}-${randomBytes(12).toString("hex")}`],
    "X-Forwarded-For": [peer.sourceIp],
    "X-Forwarded-Port": ["443"],
    "X-Forwarded-Proto": ["https"],
  };
}

function parameters(request: IncomingMessage): Multi {
  return collect([...new URLSearchParams(queryOf(request))]);
}

function collect(pairs: readonly (readonly [string, string])[]): Multi {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

function lastValues(multi: Multi): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(multi).map(([name, values]) => [name, values.at(-1) ?? ""]));
}
