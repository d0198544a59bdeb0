import { consumed } from "./metered-tables";

const KEY = { pk: { S: "ROOM#%2F#a" }, sk: { S: "@1" } };

test("a read consumes what the tables say, and one unit when it finds nothing", () => {
  const input = { ExpressionAttributeValues: { ":pk": { S: "CONN#1" } } };
  expect(consumed("Query", input, { ConsumedCapacity: { CapacityUnits: 3 } })).toMatchObject({
    kind: "CONN",
    readUnits: 3,
    writeUnits: 0,
  });
  expect(consumed("Query", input, { ConsumedCapacity: { CapacityUnits: 0 } })).toMatchObject({
    readUnits: 1,
  });
});

test("a batch consumes the sum", () => {
  const input = { RequestItems: { table: [{ PutRequest: { Item: KEY } }] } };
  const answer = { ConsumedCapacity: [{ CapacityUnits: 2 }, { CapacityUnits: 1 }] };
  expect(consumed("BatchWriteItem", input, answer)).toMatchObject({ kind: "ROOM", writeUnits: 3 });
});

test("a write whose condition fails consumes what one that does not fail would", () => {
  const answer = { __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException" };
  const failed = { writeUnits: 1, hasFailedCondition: true };
  expect(consumed("PutItem", { Item: KEY }, answer)).toMatchObject(failed);
});

test("any other error is none that the table should be made with", () => {
  expect(() => consumed("PutItem", { Item: KEY }, { __type: "x#ValidationException" })).toThrow("Validation");
});
