import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import {
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { writeAssembly } from "./fixtures/assembly";

const TableName = "fixture-table";
const SecretId = "fixture-secret";
const Item = { pk: { S: "kept" }, value: { N: "1" } };

const assemblyPath = writeAssembly();
let local: LocalAws;

async function restart(
  options: Omit<Parameters<typeof startLocalAws>[0] & object, "assemblyPath"> = {},
): Promise<void> {
  await local?.stop();
  local = await startLocalAws({ assemblyPath, ...options });
}

const dynamodb = () => new DynamoDBClient(local.sdkConfig);

async function secretValue(VersionStage?: string): Promise<string | undefined> {
  const client = new SecretsManagerClient(local.sdkConfig);
  return (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
}

afterAll(() => local?.stop());

it("keeps the template's tables for the SDK", async () => {
  await restart();
  await dynamodb().send(new PutItemCommand({ TableName, Item }));
  expect((await dynamodb().send(new GetItemCommand({ TableName, Key: { pk: Item.pk } }))).Item).toEqual(Item);
});

it("generates secrets, and knows the previous value after a rotation", async () => {
  const first = await secretValue();
  expect(first).toMatch(/^[A-Za-z0-9]{20}$/);
  await expect(secretValue("AWSPREVIOUS")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await new SecretsManagerClient(local.sdkConfig).send(new RotateSecretCommand({ SecretId }));
  expect(await secretValue("AWSPREVIOUS")).toBe(first);
  expect(await secretValue("AWSCURRENT")).not.toBe(first);
});

it("keeps tables and secrets in a directory", async () => {
  const dataPath = mkdtempSync(join(tmpdir(), "data-"));
  await restart({ dataPath });
  await dynamodb().send(new PutItemCommand({ TableName, Item }));
  const secret = await secretValue();
  await restart({ dataPath });
  expect((await dynamodb().send(new ScanCommand({ TableName }))).Items).toEqual([Item]);
  expect(await secretValue()).toBe(secret);
  await restart();
  expect((await dynamodb().send(new ScanCommand({ TableName }))).Items).toEqual([]);
  rmSync(dataPath, { recursive: true });
});

it("deletes items whose time to live is over, and no others", async () => {
  await restart({ limits: { ttlSweepMs: 10 } });
  const nowSeconds = Math.floor(Date.now() / 1000);
  const put = (pk: string, expiresAt: number) =>
    dynamodb().send(
      new PutItemCommand({ TableName, Item: { pk: { S: pk }, expiresAt: { N: String(expiresAt) } } }),
    );
  await put("later", nowSeconds + 1000);
  await put("over", nowSeconds - 1);
  const keys = async () =>
    (await dynamodb().send(new ScanCommand({ TableName }))).Items?.map(({ pk }) => pk?.S);
  while ((await keys())?.includes("over")) await new Promise(setImmediate);
  expect(await keys()).toEqual(["later"]);
});
