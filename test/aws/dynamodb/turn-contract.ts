import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import {
  CONNECTED_AT,
  connect,
  connectionRecord,
  HANDSHAKE,
  loadSocket,
  membersOf,
  socketRecord,
  stampAt,
} from "./records";

const ID = connectionRecord().connectionId;

/** What the core relies on of a `TurnStore`. */
export function turnContract(setUp: SetUp): void {
  describe("turns", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

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
      await connect(stores);
      await stores.connections.close(ID, "transport close");
      expect(await stores.turns.take(ID, turn)).toBe("gone");
    });

    it("are asked for of a connection that was opened protected: its sockets and all of their memberships say so", async () => {
      await stores.connections.open({ ...connectionRecord(), isProtected: true }, HANDSHAKE);
      expect((await stores.connections.load(ID))?.connection.isProtected).toBe(true);
      const socket = socketRecord({ userId: "ada", isProtected: true });
      await stores.sockets.create(socket);
      const loaded = await loadSocket(stores, socket);
      expect(loaded?.isProtected).toBe(true);
      await stores.memberships.join(loaded ?? socket, "chat", stampAt(20));
      for (const room of ["@all", "@user:ada", "chat"]) {
        expect(await membersOf(stores, room)).toMatchObject([{ isProtected: true }]);
      }
    });
  });
}
