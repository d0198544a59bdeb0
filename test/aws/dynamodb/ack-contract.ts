import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { Member } from "../../../lambdas/core/records";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT } from "./records";

const ID = 2 ** 31 - 1;
const UNTIL = CONNECTED_AT + 1_000;

/** What the core relies on of an `AckStore`. */
export function ackContract(setUp: SetUp): void {
  describe("acks", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    it("keeps the answers of the sockets that were asked", async () => {
      await stores.acks.expect(ID, [socket("a"), socket("b"), socket("c")], UNTIL);
      expect(await stores.acks.answers(ID)).toEqual(new Map());
      expect(await stores.acks.answer(ID, socket("a"), ["yes", { n: 1 }])).toBe(true);
      expect(await stores.acks.answer(ID, socket("b"), [])).toBe(true);
      expect(await stores.acks.answers(ID)).toEqual(
        new Map<string, unknown[]>([
          ["@a", ["yes", { n: 1 }]],
          ["@b", []],
        ]),
      );
    });

    it("keeps Buffers, and what merely looks like one, as they are", async () => {
      await stores.acks.expect(ID, [socket("a")], UNTIL);
      const args = [{ deep: Buffer.from([0, 255]) }, { base64: "AA==" }, null];
      await stores.acks.answer(ID, socket("a"), args);
      const answer = (await stores.acks.answers(ID)).get("@a");
      expect(answer).toEqual(args);
      expect(Buffer.isBuffer((answer as typeof args)[0]?.deep)).toBe(true);
    });

    it("keeps the first answer of a socket", async () => {
      await stores.acks.expect(ID, [socket("a")], UNTIL);
      await stores.acks.answer(ID, socket("a"), [1]);
      expect(await stores.acks.answer(ID, socket("a"), [2])).toBe(false);
      expect(await stores.acks.answers(ID)).toEqual(new Map([["@a", [1]]]));
    });

    it("takes none from a socket, a connection or for an id that was not asked", async () => {
      await stores.acks.expect(ID, [socket("a")], UNTIL);
      expect(await stores.acks.answer(ID, socket("b"), [1])).toBe(false);
      expect(await stores.acks.answer(ID, { sid: "@a", connectionId: "b=" }, [1])).toBe(false);
      expect(await stores.acks.answer(7, socket("a"), [1])).toBe(false);
      expect(await stores.acks.answers(ID)).toEqual(new Map());
      expect(await stores.acks.answers(7)).toEqual(new Map());
    });

    it("takes none that comes too late", async () => {
      await stores.acks.expect(ID, [socket("a"), socket("b")], UNTIL);
      clock.now = UNTIL;
      expect(await stores.acks.answer(ID, socket("a"), [])).toBe(true);
      clock.now = UNTIL + 1;
      expect(await stores.acks.answer(ID, socket("b"), [])).toBe(false);
    });

    it("asks many at once", async () => {
      const many = Array.from({ length: 60 }, (_, index) => socket(String(index)));
      await stores.acks.expect(ID, many, UNTIL);
      await Promise.all(many.map((one, index) => stores.acks.answer(ID, one, [index])));
      const answers = await stores.acks.answers(ID);
      expect(answers).toEqual(new Map(many.map(({ sid }, index) => [sid, [index]])));
    });
  });
}

function socket(name: string): Member {
  return { sid: `@${name}`, connectionId: `${name}=`, protocol: "socket.io", connectedAt: CONNECTED_AT };
}
