import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { offsetBound } from "../../../lambdas/core/recovery/offsets";
import type { RecoverySession } from "../../../lambdas/core/recovery/ports";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT, stampAt } from "./records";

const SECONDS = CONNECTED_AT / 1_000;
const SESSION: RecoverySession = {
  pid: "secret",
  namespace: "/",
  sid: "@abcdefghijklmnopqrst",
  userId: "ada",
  connectionId: "one=",
  startOffset: offsetBound(CONNECTED_AT),
};
const PARKED = {
  connectionId: "one=",
  at: CONNECTED_AT + 5,
  rooms: { chat: stampAt(2), ["__proto__"]: stampAt(3) },
  since: { ["__proto__"]: stampAt(1) },
  data: { name: "Ada", ["__proto__"]: { deep: [1, null] } },
  owed: [{ room: "tea", since: CONNECTED_AT + 1, until: CONNECTED_AT + 4 }],
  replayed: [{ after: offsetBound(CONNECTED_AT + 1), upTo: offsetBound(CONNECTED_AT + 3) }],
};
/** As earlier versions wrote it. */
const PARKED_BEFORE = { ...PARKED, owed: undefined, replayed: undefined };

/** What the core relies on of a `SessionStore`. */
export function sessionContract(setUp: SetUp): void {
  describe("a session that can be recovered", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
      await stores.sessions.open(SESSION, SECONDS + 100);
    });

    const park = () => stores.sessions.park("secret", PARKED, SECONDS + 200);

    it("is known by its pid until it expires", async () => {
      expect(await stores.sessions.load("secret")).toEqual(SESSION);
      expect(await stores.sessions.load("guess")).toBeUndefined();
      clock.now += 100_000;
      expect(await stores.sessions.load("secret")).toBeUndefined();
      expect(await stores.sessions.claim("secret", stampAt(1))).toBeUndefined();
    });

    it("keeps what the socket leaves behind, for its own time", async () => {
      await park();
      clock.now += 150_000;
      expect(await stores.sessions.load("secret")).toEqual({ ...SESSION, parked: PARKED });
      clock.now += 50_000;
      expect(await stores.sessions.load("secret")).toBeUndefined();
    });

    it("keeps it, too, where nothing is owed and nothing was replayed", async () => {
      await stores.sessions.park("secret", PARKED_BEFORE, SECONDS + 200);
      expect(await stores.sessions.load("secret")).toEqual({ ...SESSION, parked: PARKED_BEFORE });
    });

    it("keeps what the first says who parks it", async () => {
      await park();
      await stores.sessions.park("secret", { ...PARKED, at: 0, rooms: {}, data: {} }, SECONDS + 300);
      expect(await stores.sessions.load("secret")).toMatchObject({ parked: PARKED });
    });

    it("is nobody's to park but its connection's", async () => {
      await stores.sessions.park("secret", { ...PARKED, connectionId: "two=" }, SECONDS + 200);
      expect(await stores.sessions.load("secret")).toEqual(SESSION);
      await stores.sessions.park("guess", PARKED, SECONDS + 200);
      expect(await stores.sessions.load("guess")).toBeUndefined();
    });

    it("is claimed by the CONNECT that arrived last, in whatever order they are handled", async () => {
      await park();
      expect(await stores.sessions.claim("secret", stampAt(20))).toEqual({
        ...SESSION,
        parked: PARKED,
        claim: stampAt(20),
      });
      expect(await stores.sessions.claim("secret", stampAt(10))).toBeUndefined();
      expect(await stores.sessions.claim("secret", stampAt(30))).toMatchObject({ claim: stampAt(30) });
      expect(await stores.sessions.claim("guess", stampAt(40))).toBeUndefined();
      expect(await stores.sessions.load("guess")).toBeUndefined();
    });

    it("answers a claim that is repeated, as when its answer was lost, as it did before", async () => {
      await park();
      const first = await stores.sessions.claim("secret", stampAt(20));
      expect(first).toMatchObject({ parked: PARKED, claim: stampAt(20) });
      expect(await stores.sessions.claim("secret", stampAt(20))).toEqual(first);
    });

    it("goes on on another connection, which can park it again, and keeps what there was until then", async () => {
      await park();
      await stores.sessions.claim("secret", stampAt(20));
      const resumed = { pid: "secret", connectionId: "two=", claim: stampAt(20) };
      expect(await stores.sessions.resume(resumed, SECONDS + 300)).toBe(true);
      expect(await stores.sessions.resume(resumed, SECONDS + 300)).toBe(true);
      await stores.sessions.park("secret", { ...PARKED, at: 6 }, SECONDS + 200);
      const current = { ...SESSION, connectionId: "two=", claim: stampAt(20), parked: PARKED };
      expect(await stores.sessions.load("secret")).toEqual(current);
      const again = { ...PARKED, connectionId: "two=", at: 7 };
      await stores.sessions.park("secret", again, SECONDS + 400);
      expect(await stores.sessions.load("secret")).toEqual({ ...current, parked: again });
    });

    it("does not go on where a later CONNECT has claimed it, or it has ended", async () => {
      await stores.sessions.claim("secret", stampAt(20));
      await stores.sessions.claim("secret", stampAt(30));
      const late = { pid: "secret", connectionId: "two=", claim: stampAt(20) };
      expect(await stores.sessions.resume(late, SECONDS + 300)).toBe(false);
      await stores.sessions.end(SESSION);
      expect(await stores.sessions.resume({ ...late, claim: stampAt(30) }, SECONDS + 300)).toBe(false);
      expect(await stores.sessions.load("secret")).toBeUndefined();
    });

    it("is ended by its connection only", async () => {
      await stores.sessions.end({ pid: "secret", connectionId: "two=" });
      expect(await stores.sessions.load("secret")).toEqual(SESSION);
      await stores.sessions.end(SESSION);
      expect(await stores.sessions.load("secret")).toBeUndefined();
    });
  });
}
