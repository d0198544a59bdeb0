import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { CLAIM_SECONDS } from "../../../lambdas/aws/dynamodb/socket-changes";
import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { intercept } from "./interleavings";
import { Race } from "./race";
import {
  connect,
  connectionRecord,
  disconnect,
  HANDSHAKE,
  loadSocket,
  socketRecord,
  stampAt,
} from "./records";

const ADA = { userId: "ada" };

/** A Lambda may end anywhere: whatever it has written by then, a closer finds. */
export function crashes(connectClient: () => DynamoDBDocumentClient): void {
  describe("a Lambda that crashes before its n-th request leaves nothing that a closer does not find", () => {
    let race: Race;

    beforeEach(async () => {
      race = new Race(connectClient());
      await race.clear();
    });

    const crash = (nth: number) => {
      let requests = 0;
      return intercept(race.client, async (send) => {
        if (++requests >= nth) throw new Error("crashed");
        return send();
      });
    };

    /** Cleans up after the crash as a later `disconnect` does, when the crashed one's claim is over. */
    const cleanUp = async (connectionId: string) => {
      race.now += CLAIM_SECONDS * 1_000 + 1;
      return disconnect(race.stores(), connectionId);
    };

    it.each([1, 2, 3, 4, 5])("CONNECT, %i", async (nth) => {
      const stores = race.stores();
      await stores.connections.open(connectionRecord(), HANDSHAKE);
      await race
        .stores(crash(nth))
        .sockets.create(socketRecord(ADA))
        .catch(() => undefined);
      await cleanUp(connectionRecord().connectionId);
      expect(await race.keys()).toEqual([]);
    });

    it.each([1, 2, 3, 4, 5, 6, 7])(
      "CONNECT and a join, both repeated with an earlier stamp, %i",
      async (nth) => {
        await race.stores().connections.open(connectionRecord(), HANDSHAKE);
        const come = async ({ sockets, memberships }: Stores, stamp: string) => {
          const socket = socketRecord({ ...ADA, stamp });
          expect(await sockets.create(socket)).toBe("created");
          expect(await memberships.join(socket, "chat", stamp)).toBe("joined");
        };
        await come(race.stores(crash(nth)), stampAt(15)).catch(() => undefined);
        await come(race.stores(), stampAt(10));
        expect(await race.members("chat")).toHaveLength(1);
        expect(await cleanUp(connectionRecord().connectionId)).toHaveLength(1);
        expect(await race.keys()).toEqual([]);
      },
    );

    it.each([1, 2, 3, 4])("join, %i", async (nth) => {
      const socket = await connect(race.stores(), ADA);
      await race
        .stores(crash(nth))
        .memberships.join(socket, "chat", stampAt(20))
        .catch(() => undefined);
      await cleanUp(socket.connectionId);
      expect(await race.keys()).toEqual([]);
    });

    it.each([1, 2, 3, 4])("join of a socket that is being removed, %i", async (nth) => {
      const socket = await connect(race.stores(), ADA);
      const claimed = await race.stores().sockets.claim(socket, "transport close");
      await race
        .stores(crash(nth))
        .memberships.join(socket, "chat", stampAt(20))
        .catch(() => undefined);
      if (claimed) await race.stores().sockets.remove(claimed);
      await cleanUp(socket.connectionId);
      expect(await race.keys()).toEqual([]);
    });

    /** Joins a room and leaves it, with a crash in the leave. */
    const leaveHalf = async (nth: number) => {
      const socket = await connect(race.stores(), ADA);
      await race.stores().memberships.join(socket, "chat", stampAt(20));
      const leaving = race.stores(crash(nth)).memberships.leave(socket, "chat", stampAt(30));
      await expect(leaving).rejects.toThrow("crashed");
      return socket;
    };

    it.each([1, 2])("leave, %i", async (nth) => {
      const socket = await leaveHalf(nth);
      await cleanUp(socket.connectionId);
      expect(await race.keys()).toEqual([]);
    });

    it.each([1, 2])("leave, %i, and it is finished by the next", async (nth) => {
      const socket = await leaveHalf(nth);
      await race.stores().memberships.leave(socket, "chat", stampAt(40));
      expect(await race.members("chat")).toEqual([]);
    });

    it("leave, 2, and what it let be goes with its tombstone, which many leaves later is swept", async () => {
      const socket = await leaveHalf(2);
      for (let index = 0; index < 22; index++) {
        await race.stores().memberships.leave(socket, `room ${index}`, stampAt(40 + index));
      }
      expect(await race.members("chat")).toEqual([]);
    });

    it.each([1, 2, 3, 4])("authentication, %i", async (nth) => {
      const socket = await connect(race.stores());
      await race
        .stores(crash(nth))
        .sockets.authenticate(socket, ADA)
        .catch(() => undefined);
      await cleanUp(socket.connectionId);
      expect(await race.keys()).toEqual([]);
    });

    it.each([1, 2, 3])(
      "authentication, %i, and the next puts the socket into its user's room",
      async (nth) => {
        const socket = await connect(race.stores());
        const half = race.stores(crash(nth)).sockets.authenticate(socket, ADA);
        await expect(half).rejects.toThrow("crashed");
        const current = (await loadSocket(race.stores(), socket)) ?? socket;
        expect(await race.stores().sockets.authenticate(current, ADA)).toBe("done");
        expect(await race.members("@user:ada")).toHaveLength(1);
      },
    );

    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])("$disconnect, %i", async (nth) => {
      const stores = race.stores();
      const socket = await connect(stores, ADA);
      await stores.memberships.join(socket, "chat", stampAt(20));
      await disconnect(race.stores(crash(nth)), socket.connectionId).catch(() => undefined);
      const owed = await cleanUp(socket.connectionId);
      expect(await race.keys()).toEqual([]);
      // The ninth deletes the socket; until then nobody can tell whether its listeners have run.
      expect(owed).toHaveLength(nth <= 9 ? 1 : 0);
    });
  });
}
