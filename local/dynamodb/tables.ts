import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import type { Table } from "../template/model";
import { RequestsInFlight } from "./requests-in-flight";

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface Page {
  readonly Items?: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

/** DynamoDB in this process: the template's tables, in memory or in a directory. */
export class Tables {
  private tables: readonly Table[] = [];
  private sweeping: NodeJS.Timeout | undefined;
  private readonly requests: RequestsInFlight;

  private constructor(
    readonly server: Server,
    private readonly sweepMs: number,
  ) {
    this.requests = new RequestsInFlight(server);
  }

  static async start(options: { readonly path?: string; readonly sweepMs: number }): Promise<Tables> {
    const server = dynalite({ path: options.path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Tables(server, options.sweepMs);
  }

  /** Creates the tables that are not there yet. Existing ones stay as they are. */
  async deploy(tables: readonly Table[]): Promise<void> {
    this.tables = tables;
    const { TableNames } = await this.call<{ readonly TableNames: readonly string[] }>("ListTables", {});
    const missing = tables.filter(({ name }) => !TableNames.includes(name));
    await Promise.all(missing.map(({ definition }) => this.call("CreateTable", definition)));
    for (const { name } of missing) await this.active(name);
    this.sweeping ??= setInterval(() => void this.sweep(), this.sweepMs);
  }

  /** What is asked for meanwhile, a sweep's requests included, is finished first or refused. */
  async stop(): Promise<void> {
    clearInterval(this.sweeping);
    this.server.closeAllConnections();
    await this.requests.end();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Deletes the items whose time to live is over, which DynamoDB does within some days, and here soon. */
  private async sweep(): Promise<void> {
    for (const table of this.tables) await this.sweepTable(table).catch(() => undefined);
  }

  private async sweepTable({ name, ttlAttribute, keyAttributes }: Table): Promise<void> {
    if (ttlAttribute === undefined) return;
    const scan = {
      TableName: name,
      FilterExpression: "#ttl <= :now",
      ExpressionAttributeNames: { "#ttl": ttlAttribute },
      ExpressionAttributeValues: { ":now": { N: String(Math.floor(Date.now() / 1000)) } },
    };
    let page: Page = {};
    do {
      page = await this.call<Page>("Scan", { ...scan, ExclusiveStartKey: page.LastEvaluatedKey });
      for (const item of page.Items ?? []) {
        const Key = Object.fromEntries(keyAttributes.map((attribute) => [attribute, item[attribute]]));
        await this.call("DeleteItem", { TableName: name, Key });
      }
    } while (page.LastEvaluatedKey !== undefined);
  }

  private async active(TableName: string): Promise<void> {
    interface Description {
      readonly Table: { readonly TableStatus: string };
    }
    const { Table } = await this.call<Description>("DescribeTable", { TableName });
    if (Table.TableStatus !== "ACTIVE") await this.active(TableName);
  }

  /** The answer's shape is DynamoDB's, which the caller names. */
  private async call<T>(operation: string, input: unknown): Promise<T> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: "POST",
      body: JSON.stringify(input),
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        "x-amz-date": "20260101T000000Z",
        authorization:
          "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
      },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`DynamoDB ${operation}: ${JSON.stringify(answer)}`);
    return answer as T;
  }
}
