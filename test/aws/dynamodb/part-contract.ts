import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { AttachmentPart, HeaderPart } from "../../../lambdas/protocol/assembly";
import { MAX_ROOMS, type SetUp } from "./contract-set-up";
import { CONNECTED_AT, connect, connectionRecord, stampAt } from "./records";

const CONNECTION = connectionRecord();
const ID = CONNECTION.connectionId;

function header(ms: number): HeaderPart {
  return {
    kind: "header",
    id: stampAt(ms),
    arrivedAt: CONNECTED_AT + ms,
    data: `52-["${ms}"]`,
    attachments: 2,
  };
}

function attachment(ms: number, data: Buffer): AttachmentPart {
  return { kind: "attachment", id: stampAt(ms), arrivedAt: CONNECTED_AT + ms, data };
}

/** What the core relies on of a `PartStore`. */
export function partContract(setUp: SetUp): void {
  describe("parts of binary packets", () => {
    let stores: Stores;
    const first = header(1);
    const bytes = attachment(2, Buffer.from([0, 255, 128]));
    const empty = attachment(3, Buffer.alloc(0));
    const set = { header: first, attachments: [bytes, empty] };

    beforeEach(async () => {
      ({ stores } = await setUp(MAX_ROOMS));
      await connect(stores);
    });

    async function addAll(): Promise<void> {
      for (const part of [empty, first, bytes]) await stores.parts.add(CONNECTION, part);
    }

    it("answers all that are there, in the order of their arrival", async () => {
      expect(await stores.parts.list(ID)).toEqual([]);
      expect(await stores.parts.add(CONNECTION, empty)).toEqual([empty]);
      expect(await stores.parts.add(CONNECTION, first)).toEqual([first, empty]);
      expect(await stores.parts.add(CONNECTION, bytes)).toEqual([first, bytes, empty]);
      expect(await stores.parts.list(ID)).toEqual([first, bytes, empty]);
    });

    it("are not met by who loads the connection", async () => {
      const before = await stores.connections.load(ID);
      await addAll();
      expect(await stores.connections.load(ID)).toEqual(before);
    });

    it("are taken by one of several, which leaves their place", async () => {
      await addAll();
      const claims = await Promise.all([1, 2, 3].map(() => stores.parts.take(CONNECTION, set, [])));
      expect(claims.filter(Boolean)).toHaveLength(1);
      const place = {
        kind: "taken",
        id: first.id,
        arrivedAt: first.arrivedAt,
        lastArrivedAt: empty.arrivedAt,
        partIds: [first.id, bytes.id, empty.id],
      };
      expect(await stores.parts.list(ID)).toEqual([place]);
    });

    it("are forgotten, place and all, when a later take says so", async () => {
      await addAll();
      await stores.parts.take(CONNECTION, set, []);
      const later = { header: header(40), attachments: [] };
      await stores.parts.add(CONNECTION, later.header);
      expect(await stores.parts.take(CONNECTION, later, [first.id])).toBe(true);
      expect(await stores.parts.list(ID)).toMatchObject([{ kind: "taken", id: later.header.id }]);
    });

    it("change nothing when they come again; of a set that was taken, an attachment lies beside its place", async () => {
      await addAll();
      await stores.parts.add(CONNECTION, { ...bytes, data: Buffer.from("other") });
      expect(await stores.parts.list(ID)).toEqual([first, bytes, empty]);
      await stores.parts.take(CONNECTION, set, []);
      expect(await stores.parts.add(CONNECTION, first)).toMatchObject([{ kind: "taken" }]);
      expect(await stores.parts.add(CONNECTION, bytes)).toMatchObject([{ kind: "taken" }, bytes]);
    });

    it("go when the connection closes, and none comes after", async () => {
      await addAll();
      await stores.connections.close(ID, "transport close");
      expect(await stores.parts.list(ID)).toBeUndefined();
      expect(await stores.parts.add(CONNECTION, header(50))).toBeUndefined();
      expect(await stores.parts.take(CONNECTION, set, [])).toBe(false);
    });

    it("are kept for no connection that is unknown", async () => {
      const other = connectionRecord({ connectionId: "other" });
      expect(await stores.parts.add(other, first)).toBeUndefined();
      expect(await stores.parts.list("other")).toBeUndefined();
    });
  });
}
