import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import {
  CONNECTED_AT,
  connect,
  connectionRecord,
  loadSocket,
  membersOf,
  socketRecord,
  stampAt,
} from "./records";

const ID = connectionRecord().connectionId;
const ROOMS = ["@all", "@user:ada", "chat"];

/** What the core relies on of a `TurnStore`. */
export function turnContract(setUp: SetUp): void {
  describe("turns", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    async function protection(rooms: readonly string[]): Promise<(boolean | undefined)[]> {
      const members = await Promise.all(rooms.map((room) => membersOf(stores, room)));
      return members.flat().map(({ isProtected }) => isProtected);
    }

    it("are taken by one, until it releases", async () => {
      await connect(stores);
      const until = CONNECTED_AT + 5_000;
      expect(await stores.turns.takenUntil(ID)).toBe(0);
      expect(await stores.turns.take(ID, { id: "a", until })).toBe("taken");
      expect(await stores.turns.takenUntil(ID)).toBe(until);
      expect(await stores.turns.take(ID, { id: "b", until })).toBe("busy");
      await stores.turns.release(ID, "b");
      expect(await stores.turns.takenUntil(ID)).toBe(until);
      await stores.turns.release(ID, "a");
      expect(await stores.turns.takenUntil(ID)).toBe(0);
      expect(await stores.turns.take(ID, { id: "b", until })).toBe("taken");
    });

    it("end by themselves", async () => {
      await connect(stores);
      await stores.turns.take(ID, { id: "a", until: CONNECTED_AT + 5_000 });
      clock.now = CONNECTED_AT + 5_000;
      expect(await stores.turns.take(ID, { id: "b", until: CONNECTED_AT + 9_000 })).toBe("taken");
      await stores.turns.release(ID, "a");
      expect(await stores.turns.takenUntil(ID)).toBe(CONNECTED_AT + 9_000);
    });

    it("are not had of a connection that is closed or unknown", async () => {
      const turn = { id: "a", until: CONNECTED_AT + 5_000 };
      expect(await stores.turns.take(ID, turn)).toBe("gone");
      await stores.turns.release(ID, "a");
      await stores.turns.protect(ID);
      expect(await stores.connections.load(ID)).toBeUndefined();
      await connect(stores);
      await stores.connections.close(ID, "transport close");
      expect(await stores.turns.take(ID, turn)).toBe("gone");
    });

    it("are asked for of a protected connection: its record, its sockets and all of their memberships say so", async () => {
      const socket = await connect(stores, { userId: "ada" });
      await stores.memberships.join(socket, "chat", stampAt(20));
      expect(await protection(ROOMS)).toEqual([undefined, undefined, undefined]);
      await stores.turns.protect(ID);
      expect((await stores.connections.load(ID))?.connection.isProtected).toBe(true);
      expect((await loadSocket(stores, socket))?.isProtected).toBe(true);
      expect(await protection(ROOMS)).toEqual([true, true, true]);
    });

    it("are asked for where a socket or a room came later, from who did not know yet", async () => {
      const socket = await connect(stores, { userId: "ada" });
      await stores.turns.protect(ID);
      await stores.memberships.join(socket, "chat", stampAt(20));
      const other = socketRecord({ namespace: "/other", sid: "@zyxwvutsrqponmlkjihg" });
      await stores.sockets.create(other);
      expect(await protection(["chat"])).toEqual([true]);
      expect(await membersOf(stores, "@all", "/other")).toMatchObject([{ isProtected: true }]);
    });
  });
}
