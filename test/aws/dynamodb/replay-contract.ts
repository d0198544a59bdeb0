import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { ReplayEnd } from "../../../lambdas/core/recovery/ports";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT } from "./records";

const SECONDS = CONNECTED_AT / 1_000;
const SOCKET = { connectionId: "one=", sid: "@abcdefghijklmnopqrst" };
const END: Exclude<ReplayEnd, "broken"> = {
  boundary: CONNECTED_AT + 300,
  endedAt: CONNECTED_AT + 600,
  recent: [`${offsetBound(CONNECTED_AT)}000000000`],
};

/** What the core relies on of a `ReplayStore`. */
export function replayContract(setUp: SetUp): void {
  describe("the end of what a recovered socket is sent", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    it.each([END, "broken" as const])("is known until it expires", async (end) => {
      expect(await stores.replays.end(SOCKET)).toBeUndefined();
      await stores.replays.finish(SOCKET, end, SECONDS + 100);
      expect(await stores.replays.end(SOCKET)).toEqual(end);
      clock.now += 100_000;
      expect(await stores.replays.end(SOCKET)).toBeUndefined();
    });

    it("keeps what earlier recoveries sent", async () => {
      const replayed = [{ after: offsetBound(CONNECTED_AT - 9), upTo: offsetBound(CONNECTED_AT - 5) }];
      await stores.replays.finish(SOCKET, { ...END, replayed }, SECONDS + 100);
      expect(await stores.replays.end(SOCKET)).toEqual({ ...END, replayed });
    });

    it("is that which was said first", async () => {
      await stores.replays.finish(SOCKET, END, SECONDS + 100);
      await stores.replays.finish(SOCKET, "broken", SECONDS + 200);
      expect(await stores.replays.end(SOCKET)).toEqual(END);
    });

    it("is another for each connection, and for each of its sockets", async () => {
      await stores.replays.finish(SOCKET, END, SECONDS + 100);
      expect(await stores.replays.end({ ...SOCKET, connectionId: "two=" })).toBeUndefined();
      expect(await stores.replays.end({ ...SOCKET, sid: "@zzzzzzzzzzzzzzzzzzzz" })).toBeUndefined();
    });
  });
}
