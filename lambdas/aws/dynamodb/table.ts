import { setTimeout as pause } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  QueryCommand as RawQueryCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { batchesOf } from "../../core/batches";
import { forEachConcurrently } from "../../core/concurrency";
import type { Key } from "./keys";
import { parsedOnly } from "./lean-answers";

/** An item as the document client gives it: what is in it, `items.ts` knows. */
export type Item = Record<string, unknown>;

/** An item as DynamoDB gives it, for those who read many. */
export type RawItem = Readonly<Record<string, AttributeValue>>;

export interface Condition {
  readonly condition: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, unknown>;
}

export interface Change extends Partial<Condition> {
  readonly update: string;
}

export interface ItemRange {
  readonly partition: string;
  /** First and last sort key; the whole partition without. */
  readonly between?: readonly [string, string];
  readonly attributes?: readonly string[];
  readonly pageSize?: number;
}

export type Write = { readonly put: Item } | { readonly delete: Key };

type WriteRequests = NonNullable<BatchWriteCommandInput["RequestItems"]>[string];

/** DynamoDB's limits of one BatchWriteItem and of one BatchGetItem. */
const MAX_BATCH = 25;
const MAX_KEYS = 100;
const CONCURRENT_BATCHES = 25;
const MAX_BATCH_ATTEMPTS = 8;
const FIRST_BATCH_DELAY_MS = 20;

/**
 * One DynamoDB table. All reads are strongly consistent. A condition that does not hold is a value
 * (`false`, `undefined`); everything else that goes wrong throws.
 */
export class Table {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly name: string,
  ) {}

  async get(key: Key): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true });
    return (await this.client.send(command)).Item;
  }

  /** Pages in the order of the sort key, of `pageSize` items or a megabyte; some may be empty. */
  async *query(range: ItemRange): AsyncGenerator<readonly Item[]> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        ...queryInput(range),
        TableName: this.name,
        ExclusiveStartKey: start,
      });
      const page = await this.client.send(command);
      yield page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start);
  }

  /** One page of a partition; `last` is its last sort key unless it is the end of the range. */
  async page(range: ItemRange): Promise<{ readonly items: readonly RawItem[]; readonly last?: string }> {
    const { ExpressionAttributeValues, ...input } = queryInput(range);
    const values = Object.entries(ExpressionAttributeValues).flatMap(([name, S]) =>
      S === undefined ? [] : [[name, { S }]],
    );
    const command = new RawQueryCommand({
      ...input,
      ExpressionAttributeValues: Object.fromEntries(values),
      TableName: this.name,
    });
    const { Items = [], LastEvaluatedKey } = await parsedOnly(command, () => this.client.send(command));
    return { items: Items, last: LastEvaluatedKey?.sk?.S };
  }

  /** Those of the items that exist, in no order. */
  async getAll(keys: readonly Key[], attributes: readonly string[]): Promise<readonly RawItem[]> {
    const batches = batchesOf(keys, MAX_KEYS).map((batch) => this.getBatch(batch, attributes));
    return (await Promise.all(batches)).flat();
  }

  private async getBatch(keys: readonly Key[], attributes: readonly string[]): Promise<readonly RawItem[]> {
    const items: RawItem[] = [];
    let left: RawItem[] = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === MAX_BATCH_ATTEMPTS)
        throw new Error(`DynamoDB left ${left.length} of ${keys.length} reads undone, ${attempt} times`);
      await pauseBefore(attempt);
      const request = { Keys: left, ConsistentRead: true, ProjectionExpression: attributes.join(", ") };
      const command = new BatchGetItemCommand({ RequestItems: { [this.name]: request } });
      const { Responses, UnprocessedKeys } = await this.client.send(command);
      items.push(...(Responses?.[this.name] ?? []));
      left = UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return items;
  }

  async put(item: Item, condition: Condition): Promise<boolean> {
    const command = new PutCommand({ TableName: this.name, Item: item, ...conditionInput(condition) });
    return (await ifConditionHolds(this.client.send(command))) !== undefined;
  }

  /** Answers the whole item as it is after the change. */
  async update(key: Key, change: Change): Promise<Item | undefined> {
    const command = new UpdateCommand({
      TableName: this.name,
      Key: key,
      UpdateExpression: change.update,
      ...conditionInput(change),
      // No dearer than no answer, by DynamoDB's price list.
      ReturnValues: "ALL_NEW",
    });
    return (await ifConditionHolds(this.client.send(command)))?.Attributes;
  }

  async delete(key: Key, condition: Condition): Promise<boolean> {
    const command = new DeleteCommand({ TableName: this.name, Key: key, ...conditionInput(condition) });
    return (await ifConditionHolds(this.client.send(command))) !== undefined;
  }

  /** Unconditional writes in no order, each done when this resolves. */
  async writeAll(writes: readonly Write[]): Promise<void> {
    for (const batch of batchesOf(writes, MAX_BATCH)) await this.writeBatch(batch);
  }

  /** As `writeAll`, with several batches under way: a thousand items take no longer than a few. */
  async writeAtOnce(writes: readonly Write[]): Promise<void> {
    await forEachConcurrently(batchesOf(writes, MAX_BATCH), CONCURRENT_BATCHES, (batch) =>
      this.writeBatch(batch),
    );
  }

  private async writeBatch(writes: readonly Write[]): Promise<void> {
    let left = writes.map(writeRequest);
    for (let attempt = 0; attempt < MAX_BATCH_ATTEMPTS; attempt++) {
      await pauseBefore(attempt);
      const command = new BatchWriteCommand({ RequestItems: { [this.name]: left } });
      left = (await this.client.send(command)).UnprocessedItems?.[this.name] ?? [];
      if (left.length === 0) return;
    }
    throw new Error(
      `DynamoDB left ${left.length} of ${writes.length} writes undone, ${MAX_BATCH_ATTEMPTS} times`,
    );
  }
}

async function pauseBefore(attempt: number): Promise<void> {
  if (attempt > 0) await pause(FIRST_BATCH_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
}

function queryInput(range: ItemRange) {
  const [first, last] = range.between ?? [];
  return {
    KeyConditionExpression: first === undefined ? "pk = :pk" : "pk = :pk AND sk BETWEEN :first AND :last",
    ExpressionAttributeValues: { ":pk": range.partition, ":first": first, ":last": last },
    ProjectionExpression: range.attributes?.join(", "),
    Limit: range.pageSize,
    ConsistentRead: true,
  };
}

function conditionInput({ condition, names, values }: Partial<Condition>) {
  return {
    ConditionExpression: condition,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

async function ifConditionHolds<Output>(sending: Promise<Output>): Promise<Output | undefined> {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

function writeRequest(write: Write): WriteRequests[number] {
  return "put" in write ? { PutRequest: { Item: write.put } } : { DeleteRequest: { Key: write.delete } };
}
