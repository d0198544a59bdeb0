import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createStores } from "../../../lambdas/aws/dynamodb/stores";
import {
  createTestTable,
  directClient,
  startDynalite,
  type TestDatabase,
  testClient,
} from "../../support/dynamodb";
import { crashes } from "./crashes";
import { partRaces } from "./part-races";
import { recoveryRaces } from "./recovery-races";
import { roomRaces } from "./room-races";
import { socketRaces } from "./socket-races";
import { storeContract } from "./store-contract";

/** A second DynamoDB to keep the contract, next to the one in this process. */
const otherEndpoint = process.env.ROOMCAST_TEST_DYNAMODB_ENDPOINT;

type Database = readonly [name: string, start: () => Promise<TestDatabase>];

const dynalite: Database = ["dynalite", startDynalite];
const databases = otherEndpoint ? [dynalite, running(otherEndpoint)] : [dynalite];

describe.each<Database>(databases)("%s", (_, start) => {
  let database: TestDatabase;
  let client: DynamoDBDocumentClient;
  let direct: DynamoDBDocumentClient;

  beforeAll(async () => {
    database = await start();
    client = testClient(database.endpoint);
    direct = directClient(database);
  });

  afterAll(async () => {
    client.destroy();
    await database.stop();
  });

  storeContract("stores", async (options) =>
    createStores({ client, tableName: await createTestTable(client), ...options }),
  );
  socketRaces(() => direct);
  roomRaces(() => direct);
  partRaces(() => direct);
  recoveryRaces(() => direct);
  crashes(() => direct);
});

function running(endpoint: string): Database {
  return [endpoint, async () => ({ endpoint, stop: async () => {} })];
}
