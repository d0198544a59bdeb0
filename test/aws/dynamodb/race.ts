import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createStores, type Stores } from "../../../lambdas/aws/dynamodb/stores";
import { createTestTable, readTable } from "../../support/dynamodb";
import { type Actor, everyInterleaving, type Scenario } from "./interleavings";
import { CONNECTED_AT } from "./records";

/** One table at a time, on which invocations race. */
export class Race {
  now = CONNECTED_AT;
  private tableName = "";

  constructor(readonly client: DynamoDBDocumentClient) {}

  /** Takes a new table, unless the one before was left empty. */
  async clear(): Promise<void> {
    if (this.tableName !== "" && (await this.keys()).length === 0) return;
    this.tableName = await createTestTable(this.client);
  }

  stores(client = this.client): Stores {
    return createStores({ client, tableName: this.tableName, now: () => this.now, maxRoomsPerSocket: 2 });
  }

  by(work: (stores: Stores) => Promise<unknown>): Actor {
    return (client) => work(this.stores(client));
  }

  /** Each order of requests starts from an empty table. Answers the number of orders. */
  explore(prepare: (stores: Stores) => Promise<Scenario>, maxInterruptions?: number): Promise<number> {
    const begin = async () => {
      await this.clear();
      return prepare(this.stores());
    };
    return everyInterleaving(this.client, begin, maxInterruptions);
  }

  /** The keys of all that is in the table, as "pk sk". */
  async keys(): Promise<string[]> {
    const items = await readTable(this.client, this.tableName);
    return items.map(({ pk, sk }) => `${pk} ${sk}`).sort();
  }

  /** The memberships of a room, as "sid stamp connectionId". */
  async members(room: string): Promise<string[]> {
    const items = await readTable(this.client, this.tableName);
    const members = items.filter(({ pk }) => pk === `ROOM#%2F#${room}`);
    return members.map(({ sk, stamp, connectionId }) => `${sk} ${stamp} ${connectionId}`);
  }
}
