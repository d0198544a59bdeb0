import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { createDocumentClient } from "../../lambdas/aws/dynamodb/client";
import type { Item } from "../../lambdas/aws/dynamodb/table";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { RequestsInFlight } from "../../local/dynamodb/requests-in-flight";
import { DirectRequests } from "./direct-requests";

/** The package has no types. */
const dynalite: (options: { readonly createTableMs: number }) => Server = require("dynalite");

export interface TestDatabase {
  readonly endpoint: string;
  /** Where it runs in this process. */
  readonly server?: Server;
  stop(): Promise<void>;
}

/** An empty DynamoDB in this process, on a port of its own. */
export async function startDynalite(): Promise<TestDatabase> {
  const server = dynalite({ createTableMs: 0 });
  const requests = new RequestsInFlight(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    server,
    async stop() {
      server.closeAllConnections();
      await requests.end();
      server.close();
      await once(server, "close");
    },
  };
}

export function testClient(endpoint: string): DynamoDBDocumentClient {
  return createDocumentClient(new KeepAlive(), {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}

/** A DynamoDB for the tests of the file that calls this, and a client of it: there as long as they run. */
export function useDynalite(): Pick<TestDatabase, "endpoint"> & { readonly client: DynamoDBDocumentClient } {
  let database: TestDatabase;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    database = await startDynalite();
    client = testClient(database.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await database.stop();
  });
  return {
    get endpoint() {
      return database.endpoint;
    },
    get client() {
      return client;
    },
  };
}

/** Without a network in between where there need be none: the explorer of races sends thousands of requests. */
export function directClient({ endpoint, server }: TestDatabase): DynamoDBDocumentClient {
  const client = testClient(endpoint);
  return server
    ? Object.assign(client, { config: { ...client.config, requestHandler: new DirectRequests(server) } })
    : client;
}

let tables = 0;

/** A new table with the keys of the service's; answers its name. */
export async function createTestTable(client: DynamoDBDocumentClient): Promise<string> {
  const name = `roomcast-${process.pid}-${++tables}`;
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  while (!(await isActive(client, name)));
  return name;
}

async function isActive(client: DynamoDBDocumentClient, name: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  return Table?.TableStatus === "ACTIVE";
}

/** Everything in the table, in no order. */
export async function readTable(client: DynamoDBDocumentClient, name: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName: name, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}
