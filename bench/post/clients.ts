import { Agent, request } from "node:https";
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { createGateway } from "../../lambdas/aws/gateway";
import { ConnectionPool } from "../../lambdas/aws/http/connection-pool";
import { KeepAlive } from "../../lambdas/aws/keep-alive";

/** Posts to one connection; whatever is no success throws. */
export type Post = (connectionId: string, frame: string) => Promise<void>;

const MAX_SOCKETS = 128;

/** By the name of their row, ours first. They take the stage's callback URL. */
export const CLIENTS = {
  roomcast,
  "aws-sdk": awsSdk,
  "bare node:https": bareHttps,
  "roomcast unsigned": roomcastUnsigned,
};

export type ClientName = keyof typeof CLIENTS;

// The keys of a constant are what its type says.
export const NAMES = Object.keys(CLIENTS) as ClientName[];

export function isClientName(name: string): name is ClientName {
  return name in CLIENTS;
}

/** What the Lambdas use. */
function roomcast(url: URL): Post {
  const clock = { now: () => Date.now(), pause: () => Promise.reject(new Error("expected no retries")) };
  const log = { warn: console.warn, error: console.error };
  const gateway = createGateway({ callbackUrl: url.href, keepAlive: new KeepAlive(), clock, log });
  return async (connectionId, frame) => {
    const outcome = await gateway.post({ connectionId }, frame);
    if (outcome !== "sent") throw new Error(outcome);
  };
}

/** As AWS's samples use it, but with keep-alive and a socket for each post in flight. */
function awsSdk(url: URL): Post {
  const httpsAgent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const client = new ApiGatewayManagementApiClient({ endpoint: url.href, requestHandler: { httpsAgent } });
  return async (connectionId, frame) => {
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: Buffer.from(frame) }));
  };
}

/** Node's own client, unsigned. */
function bareHttps(url: URL): Post {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const { hostname, port, pathname } = url;
  return (connectionId, frame) =>
    new Promise((resolve, reject) => {
      const path = `${pathname}/@connections/${encodeURIComponent(connectionId)}`;
      const headers = {
        "content-type": "application/octet-stream",
        "content-length": Buffer.byteLength(frame),
      };
      request({ agent, hostname, port, path, method: "POST", headers }, (response) => {
        response
          .resume()
          .on("end", () => (response.statusCode === 200 ? resolve() : reject(response.statusCode)));
      })
        .on("error", reject)
        .end(frame);
    });
}

/** Roomcast's own connections, unsigned: what is left when signing costs nothing. */
function roomcastUnsigned(url: URL): Post {
  const pool = new ConnectionPool(url, () => Date.now());
  const { host, pathname } = url;
  return async (connectionId, frame) => {
    const line = `POST ${pathname}/@connections/${encodeURIComponent(connectionId)} HTTP/1.1\r\n`;
    const headers = `host: ${host}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${Buffer.byteLength(frame)}\r\n`;
    const exchange = await pool.send(`${line}${headers}\r\n${frame}`, "utf8");
    if (exchange.kind !== "answered" || exchange.status !== 200) throw new Error(JSON.stringify(exchange));
  };
}
