import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { AttachmentPart, HeaderPart } from "../../../lambdas/protocol/assembly";
import { Race } from "./race";
import { CONNECTED_AT, connect, connectionRecord, disconnect, stampAt } from "./records";

const CONNECTION = connectionRecord();
const ID = CONNECTION.connectionId;

const header: HeaderPart = {
  kind: "header",
  id: stampAt(1),
  arrivedAt: CONNECTED_AT + 1,
  data: "51-[]",
  attachments: 1,
};
const attachment: AttachmentPart = {
  kind: "attachment",
  id: stampAt(2),
  arrivedAt: CONNECTED_AT + 2,
  data: Buffer.from("x"),
};
const set = { header, attachments: [attachment] };

/** Binary packets and what else happens to their connection: in every order of their requests. */
export function partRaces(connectClient: () => DynamoDBDocumentClient): void {
  describe("races of binary packets", () => {
    let race: Race;

    beforeEach(() => {
      race = new Race(connectClient());
    });

    const late: readonly [what: string, work: (stores: Stores) => Promise<unknown>][] = [
      ["a part comes", ({ parts }) => parts.add(CONNECTION, { ...attachment, id: stampAt(3) })],
      ["a set is taken", ({ parts }) => parts.take(CONNECTION, set, [])],
    ];

    it.each(late)("%s while the connection closes: nothing is left", async (_what, work) => {
      await race.explore(async (stores) => {
        await connect(stores);
        for (const part of [header, attachment]) await stores.parts.add(CONNECTION, part);
        return {
          actors: [race.by((closer) => disconnect(closer, ID)), race.by(work)],
          check: async () => expect(await race.keys()).toEqual([]),
        };
      });
    });
  });
}
