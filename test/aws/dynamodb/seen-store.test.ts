import { seenKey } from "../../../lambdas/aws/dynamodb/keys";
import { seenStore } from "../../../lambdas/aws/dynamodb/seen-store";
import { Table } from "../../../lambdas/aws/dynamodb/table";
import { createTestTable, useDynalite } from "../../support/dynamodb";

const database = useDynalite();

test("an answer that an earlier version kept is still given", async () => {
  const table = new Table(database.client, await createTestTable(database.client));
  const store = seenStore(table, () => 0);
  const lease = { leaseMs: 30_000, ttlSeconds: 60 };
  await store.claim({ id: "first", key: "order" }, lease);
  await table.update(seenKey("order"), {
    update: "SET isDone = :true, answer = :answer",
    values: { ":true": true, ":answer": '["paid",{"base64":"AP8="}]' },
  });
  const answer = ["paid", Buffer.from([0, 255])];
  expect(await store.claim({ id: "again", key: "order" }, lease)).toEqual({ status: "done", answer });
});
