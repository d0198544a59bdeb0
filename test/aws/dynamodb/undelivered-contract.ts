import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { UndeliveredEvent } from "../../../lambdas/core/recovery/ports";
import { offsetsOneByOne } from "../../support/offsets";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";

const SOCKET = { connectionId: "one=", sid: "@abcdefghijklmnopqrst" };

/** What the core relies on of an `UndeliveredStore`. */
export function undeliveredContract(setUp: SetUp): void {
  describe("what did not arrive on a connection", () => {
    let clock: TestClock;
    let stores: Stores;
    let next: () => string;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
      next = offsetsOneByOne(() => clock.now);
    });

    const event = (fields: Partial<UndeliveredEvent> = {}): UndeliveredEvent => ({
      ...SOCKET,
      offset: next(),
      frames: ['42["said"]'],
      expiresAt: clock.now / 1_000 + 180,
      ...fields,
    });

    it("is answered in the order of the offsets, however much it is", async () => {
      const many = Array.from({ length: 60 }, () => event({ frames: ["x".repeat(30_000), "bAAEC"] }));
      await stores.undelivered.add([...many].reverse());
      const answered = many.map(({ offset, frames }) => ({ offset, frames, except: [] }));
      expect(await stores.undelivered.of(SOCKET)).toEqual(answered);
    });

    it("is another for each connection, and for each of its sockets", async () => {
      const [one, other] = [event({ connectionId: "two=" }), event({ sid: "@abcdefghijklmnopqrsu" })];
      await stores.undelivered.add([one, other]);
      expect(await stores.undelivered.of(SOCKET)).toEqual([]);
      expect(await stores.undelivered.of(one)).toMatchObject([{ offset: one.offset }]);
      expect(await stores.undelivered.of(other)).toMatchObject([{ offset: other.offset }]);
    });

    it("is there once, however often it is said", async () => {
      const one = event();
      await stores.undelivered.add([one]);
      await stores.undelivered.add([one]);
      expect(await stores.undelivered.of(SOCKET)).toHaveLength(1);
    });

    it("is forgotten when it has expired", async () => {
      await stores.undelivered.add([event()]);
      clock.now += 180_000;
      expect(await stores.undelivered.of(SOCKET)).toEqual([]);
    });
  });
}
