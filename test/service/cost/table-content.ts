import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  ListTablesCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { livenessPartition } from "../../../lambdas/aws/dynamodb/liveness-items";
import { forEachConcurrently } from "../../../lambdas/core/concurrency";
import { shareOf } from "../../../lambdas/core/delivery/sid-range";
import type { LocalAws } from "../../support/local-aws";

type Item = Record<string, AttributeValue>;

const SHARDS = 16;

/** What a test puts into the table by itself: more members and connections than it has clients. */
export class TableContent {
  readonly #client: DynamoDBClient;
  #table = "";

  constructor({ sdkConfig }: LocalAws) {
    this.#client = new DynamoDBClient(sdkConfig);
  }

  /** The connections of `like`, again and again under other sids, are so many members of a room. */
  async fill(room: string, like: string, count: number): Promise<void> {
    const members = await this.#items(`ROOM#%2F#${like}`);
    await this.#put(
      Array.from({ length: count }, (_, index) => ({
        ...members[index % members.length],
        pk: { S: `ROOM#%2F#${room}` },
        // As even as random ones are, and as long.
        sk: { S: `${shareOf(index, count + 1).upTo}${"0".repeat(16)}` },
      })),
    );
  }

  /** So many connections that were pinged just now and have answered. */
  async addLive(count: number): Promise<void> {
    const now = Math.floor(Date.now() / 1_000);
    const at = { N: `${now}789` };
    const liveness = { connectedAt: at, greetedAt: at, admittedAt: at, pingedAt: at, seen: at };
    await this.#put(
      Array.from({ length: count }, (_, index) => ({
        ...liveness,
        pk: { S: livenessPartition(0) },
        sk: { S: `L0SM9cOFvHc${String(index).padStart(4, "A")}=` },
        protocol: { S: "socket.io" },
        expiresAt: { N: `${now + 7_201}` },
      })),
    );
  }

  /** As if the connection of that user had been pinged and had answered so long ago. */
  async age(sid: string, ms: number): Promise<void> {
    const [member] = await this.#items(`ROOM#%2F#${sid}`);
    const connectionId = member?.connectionId?.S ?? "";
    const all = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) => this.#items(livenessPartition(shard))),
    );
    const item = all.flat().find(({ sk }) => sk?.S === connectionId);
    const at = { N: String(Date.now() - ms) };
    await this.#client.send(
      new UpdateItemCommand({
        TableName: await this.#name(),
        Key: { pk: item?.pk ?? { S: "" }, sk: { S: connectionId } },
        UpdateExpression: "SET pingedAt = :at, seen = :at",
        ExpressionAttributeValues: { ":at": at },
      }),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  async #items(partition: string): Promise<readonly Item[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: await this.#name(),
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": { S: partition } },
      }),
    );
    return Items;
  }

  async #put(items: readonly Item[]): Promise<void> {
    const table = await this.#name();
    const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, index) =>
      items.slice(index * 25, (index + 1) * 25),
    );
    await forEachConcurrently(batches, 4, async (batch) => {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      await this.#client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    });
  }

  async #name(): Promise<string> {
    this.#table ||= (await this.#client.send(new ListTablesCommand())).TableNames?.[0] ?? "";
    return this.#table;
  }
}
