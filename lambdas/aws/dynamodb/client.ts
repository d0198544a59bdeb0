import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { KeepAlive } from "../keep-alive";

/** A request takes some 5 ms; one that hangs is better asked again, and every write here may be repeated. */
const REQUEST_TIMEOUT_MS = 2_000;
const MAX_ATTEMPTS = 4;

/** Endpoint, region and credentials come from the environment unless they are given. */
export function createDocumentClient(
  keepAlive: KeepAlive,
  config: DynamoDBClientConfig = {},
): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    ...config,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: keepAlive.requestHandler(REQUEST_TIMEOUT_MS),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
