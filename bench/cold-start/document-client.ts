import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { createDocumentClient } from "../../lambdas/aws/dynamodb/client";
import { KeepAlive } from "../../lambdas/aws/keep-alive";

const client = createDocumentClient(new KeepAlive());

/** One item of a table, by the client as the Lambdas have it: the least that a service on DynamoDB loads. */
export async function handler(key: Record<string, unknown>) {
  return client.send(new GetCommand({ TableName: process.env.ROOMCAST_TABLE, Key: key }));
}
