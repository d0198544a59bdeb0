import { Readable } from "node:stream";
import { Tables } from "../../../local/dynamodb/tables";

const TABLE = {
  name: "items",
  ttlAttribute: "expiresAt",
  keyAttributes: ["pk"],
  definition: {
    TableName: "items",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  },
};

const HEADERS = {
  "content-type": "application/x-amz-json-1.0",
  "x-amz-date": "20260101T000000Z",
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
};

/** A request that comes to the tables past TCP, and answers with its status. */
function send({ server }: Tables, operation: string, input: object): Promise<number> {
  const headers = { ...HEADERS, "x-amz-target": `DynamoDB_20120810.${operation}` };
  const body = Readable.from([Buffer.from(JSON.stringify(input))]);
  return new Promise((resolve) => {
    const response = {
      statusCode: 200,
      setHeader: () => {},
      end: () => resolve(response.statusCode),
    };
    server.emit("request", Object.assign(body, { method: "POST", url: "/", headers }), response);
  });
}

const put = (tables: Tables, pk: string) =>
  send(tables, "PutItem", { TableName: "items", Item: { pk: { S: pk }, expiresAt: { N: "1" } } });

it("finishes what is asked of it before it stops, and refuses what comes after", async () => {
  const tables = await Tables.start({ sweepMs: 3_600_000 });
  await tables.deploy([TABLE]);
  const before = Array.from({ length: 20 }, (_, index) => put(tables, `item ${index}`));
  const stopped = tables.stop();
  const after = put(tables, "late");
  await stopped;
  expect(new Set(await Promise.all(before))).toEqual(new Set([200]));
  expect(await after).toBe(400);
});

it("stops in the middle of a sweep", async () => {
  const tables = await Tables.start({ sweepMs: 1 });
  await tables.deploy([TABLE]);
  await Promise.all(Array.from({ length: 20 }, (_, index) => put(tables, `item ${index}`)));
  const swept = new Promise((resolve) => tables.server.once("request", resolve));
  await swept;
  await tables.stop();
  expect(tables.server.listening).toBe(false);
});
