import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, type SetUp } from "./contract-set-up";
import { connect, connectionRecord } from "./records";

const ID = connectionRecord().connectionId;

/** What the core relies on of an `AttemptStore`. */
export function attemptContract(setUp: SetUp): void {
  describe("attempts", () => {
    let stores: Stores;

    beforeEach(async () => {
      ({ stores } = await setUp(MAX_ROOMS));
    });

    it("are those of the message that was noted last", async () => {
      await connect(stores);
      expect(await stores.attempts.latest(ID)).toBeUndefined();
      await stores.attempts.note(ID, { sequence: "001", count: 1 });
      await stores.attempts.note(ID, { sequence: "001", count: 2 });
      expect(await stores.attempts.latest(ID)).toEqual({ sequence: "001", count: 2 });
      await stores.attempts.note(ID, { sequence: "002", count: 1 });
      expect(await stores.attempts.latest(ID)).toEqual({ sequence: "002", count: 1 });
    });

    it("change nothing else of the connection", async () => {
      await connect(stores);
      const before = await stores.connections.load(ID);
      await stores.attempts.note(ID, { sequence: "001", count: 1 });
      expect(await stores.connections.load(ID)).toEqual(before);
    });

    it("of a connection that is gone are not noted", async () => {
      await stores.attempts.note(ID, { sequence: "001", count: 1 });
      expect(await stores.attempts.latest(ID)).toBeUndefined();
      expect(await stores.connections.load(ID)).toBeUndefined();
    });
  });
}
