import type { JsonObject } from "./document";
import type { Table } from "./model";
import type { Stack, StackResource } from "./stack";

export function readTables(stack: Stack): readonly Table[] {
  return [...stack.resources("AWS::DynamoDB::Table"), ...stack.resources("AWS::DynamoDB::GlobalTable")].map(
    readTable,
  );
}

function readTable({ id, properties }: StackResource): Table {
  const ttl = properties.object("TimeToLiveSpecification");
  return {
    name: id,
    ttlAttribute: ttl.all.Enabled === true ? ttl.string("AttributeName") : undefined,
    keyAttributes: properties.objects("KeySchema").map((key) => key.string("AttributeName")),
    definition: { TableName: id, BillingMode: "PAY_PER_REQUEST", ...pick(properties.all) },
  };
}

/** Properties that CreateTable takes as they are; capacity does not matter here, so every table is on demand. */
function pick(properties: JsonObject): JsonObject {
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes } = properties;
  const indexes = Array.isArray(GlobalSecondaryIndexes)
    ? (GlobalSecondaryIndexes as readonly JsonObject[]).map(({ IndexName, KeySchema: keys, Projection }) => ({
        IndexName,
        KeySchema: keys,
        Projection,
      }))
    : undefined;
  return { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes: indexes };
}
