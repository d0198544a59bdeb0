import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { Window } from "../../../lambdas/core/limits/ports";
import { MAX_ROOMS, ODD_NAMES, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT, connect, connectionRecord, disconnect, HANDSHAKE } from "./records";

const ID = connectionRecord().connectionId;
const FIRST = { startsAt: CONNECTED_AT, messages: 16, isUserOver: false };
const SECOND = { ...FIRST, startsAt: CONNECTED_AT + 10_000 };
const LIFETIME_MS = 130 * 60_000;

/** What the core relies on of a `WindowStore`. */
export function windowContract(setUp: SetUp): void {
  describe("windows", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    const rate = async () => (await stores.connections.load(ID))?.connection.rate;

    it("of a connection add up, and a later one takes the place of the earlier", async () => {
      await stores.connections.open(connectionRecord(), HANDSHAKE);
      expect(await rate()).toBeUndefined();
      await stores.windows.countMessages(ID, FIRST);
      expect(await rate()).toEqual(FIRST);
      await stores.windows.countMessages(ID, { ...FIRST, messages: 5, isUserOver: true });
      await stores.windows.countMessages(ID, FIRST);
      expect(await rate()).toEqual({ ...FIRST, messages: 37, isUserOver: true });
      await stores.windows.countMessages(ID, SECOND);
      await stores.windows.countMessages(ID, FIRST);
      expect(await rate()).toEqual(SECOND);
    });

    it("of a connection lose nothing when many count at once", async () => {
      await stores.connections.open(connectionRecord(), HANDSHAKE);
      await Promise.all(Array.from({ length: 20 }, () => stores.windows.countMessages(ID, FIRST)));
      expect(await rate()).toEqual({ ...FIRST, messages: 320 });
    });

    it("of a connection that is gone leave nothing behind, and of one that stays nothing else changes", async () => {
      const socket = await connect(stores);
      const before = await stores.connections.load(ID);
      await stores.windows.countMessages(ID, FIRST);
      const after = await stores.connections.load(ID);
      expect(after).toEqual({ ...before, connection: { ...before?.connection, rate: FIRST } });
      expect(await disconnect(stores, ID)).toMatchObject([{ sid: socket.sid }]);
      await stores.windows.countMessages(ID, SECOND);
      expect(await stores.connections.load(ID)).toBeUndefined();
    });

    it("of users and addresses add up each by itself, whatever their names are", async () => {
      const windows = [...ODD_NAMES, "2001:db8::/64"].flatMap((id): Window[] => [
        { of: "user", id, startsAt: 0 },
        { of: "address", id, startsAt: 0 },
        { of: "user", id, startsAt: 60_000 },
      ]);
      for (const window of windows) {
        expect(await stores.windows.count(window, { total: 16 })).toEqual({ total: 16, admitted: 0 });
      }
      for (const window of windows) {
        expect(await stores.windows.count(window, { admitted: 3 })).toEqual({ total: 16, admitted: 3 });
      }
      const [window] = windows;
      if (!window) throw new Error("expected a window");
      await Promise.all(Array.from({ length: 10 }, () => stores.windows.count(window, { total: 1 })));
      expect(await stores.windows.count(window, {})).toEqual({ total: 26, admitted: 3 });
    });

    it("count a user's sockets in one namespace, as far as asked and without those that have expired", async () => {
      const socketsOf = (userId: string, most: number, namespace = "/") =>
        stores.windows.socketsOfUser(namespace, userId, most);
      for (const [index, userId] of ["ada", "ada", "ada", "bob"].entries()) {
        await connect(stores, { connectionId: `c${index}=`, sid: `@abcdefghijklmnopqrs${index}`, userId });
      }
      expect(await socketsOf("ada", 2)).toBe(2);
      expect(await socketsOf("ada", 3)).toBe(3);
      expect(await socketsOf("ada", 100)).toBe(3);
      expect(await socketsOf("bob", 100)).toBe(1);
      expect(await socketsOf("carol", 100)).toBe(0);
      expect(await socketsOf("ada", 100, "/other")).toBe(0);
      await disconnect(stores, "c1=");
      expect(await socketsOf("ada", 100)).toBe(2);
      clock.now = CONNECTED_AT + LIFETIME_MS;
      expect(await socketsOf("ada", 100)).toBe(0);
    });
  });
}
