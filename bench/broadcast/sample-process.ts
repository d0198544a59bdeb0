import { setTimeout as pause } from "node:timers/promises";
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { connectionIdOf } from "./room";

/** Scans the table of connections, and posts to one after the other, or to all at once. */
export interface SampleOrder {
  readonly kind: "sequential" | "concurrent";
  readonly connections: number;
  readonly queryMs: number;
  readonly callbackUrl: string;
}

/** A megabyte of small items. */
const SCAN_PAGE = 10_000;

const DATA = Buffer.from(
  JSON.stringify({ from: "alice", text: "Hello everybody, how are you today?", at: 1_764_000_000_000 }),
);

const order: SampleOrder = JSON.parse(process.argv[2] ?? "");
// Its connections are kept alive, 50 at most, unless one says otherwise.
const client = new ApiGatewayManagementApiClient({ endpoint: order.callbackUrl });

process.on("message", () => {
  broadcast(order).then(() => process.send?.("done"), fail);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function broadcast({ kind, connections, queryMs }: SampleOrder): Promise<void> {
  const connectionIds = await scan(connections, queryMs);
  if (kind === "concurrent") await Promise.all(connectionIds.map(post));
  else for (const connectionId of connectionIds) await post(connectionId);
}

async function scan(connections: number, queryMs: number): Promise<readonly string[]> {
  const connectionIds: string[] = [];
  while (connectionIds.length < connections) {
    await pause(queryMs);
    const end = Math.min(connections, connectionIds.length + SCAN_PAGE);
    while (connectionIds.length < end) connectionIds.push(connectionIdOf(connectionIds.length));
  }
  return connectionIds;
}

async function post(connectionId: string): Promise<void> {
  await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: DATA }));
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
