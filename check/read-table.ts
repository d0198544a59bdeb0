import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { ReadTable } from "./check-table";
import { KINDS } from "./kinds";
import type { ScannedItem } from "./scanned-item";

const ATTRIBUTES = [...new Set(["pk", "sk", "expiresAt", ...KINDS.flatMap(({ attributes }) => attributes)])];

/** A strongly consistent Scan, of keys and what the rules compare: no payloads. It changes nothing. */
export function tableReader(client: DynamoDBDocumentClient, TableName: string): ReadTable {
  return async function* read() {
    // Some attributes have the name of a word of DynamoDB's language.
    const names = Object.fromEntries(ATTRIBUTES.map((attribute, index) => [`#a${index}`, attribute]));
    const input = {
      TableName,
      ConsistentRead: true,
      ProjectionExpression: Object.keys(names).join(", "),
      ExpressionAttributeNames: names,
    };
    for await (const { Items = [] } of paginateScan({ client }, input)) {
      // Only the service writes the table; an item of another kind is recognized by its key.
      yield Items as unknown as readonly ScannedItem[];
    }
  };
}

export function documentClient(config: DynamoDBClientConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(config));
}
