import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_NAMESPACES } from "../../../lambdas/core/limits/namespaces";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT, connect, connectionRecord, disconnect, HANDSHAKE, sidsIn, stampAt } from "./records";

const LIFETIME_MS = 130 * 60_000;

/** What the core relies on of a `ConnectionStore`. */
export function connectionContract(setUp: SetUp): void {
  describe("connections", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    it("loads what was opened", async () => {
      const connection = connectionRecord({ protocol: "json", namespace: "/admin" });
      await stores.connections.open(connection, HANDSHAKE);
      expect(await stores.connections.load(connection.connectionId)).toEqual({ connection, sockets: [] });
      expect(await stores.connections.handshake(connection.connectionId)).toEqual(HANDSHAKE);
    });

    it("knows nothing of other connections", async () => {
      expect(await stores.connections.load("other")).toBeUndefined();
      expect(await stores.connections.handshake("other")).toBeUndefined();
      expect(await stores.connections.close("other", "forced close")).toBeUndefined();
      await stores.connections.remove("other");
    });

    it("keeps the first reason for closing and answers the sockets", async () => {
      const socket = await connect(stores);
      await stores.connections.close(socket.connectionId, "ping timeout");
      const closed = await stores.connections.close(socket.connectionId, "transport close");
      expect(closed).toEqual({
        connection: connectionRecord({ closedFor: "ping timeout" }),
        sockets: [socket],
      });
      expect(await stores.connections.load(socket.connectionId)).toEqual(closed);
    });

    it("remembers the namespaces that were left", async () => {
      const { connectionId } = await connect(stores);
      await stores.connections.leave(connectionId, "/admin");
      await stores.connections.leave(connectionId, "/admin");
      await stores.connections.leave(connectionId, "/é#");
      const loaded = await stores.connections.load(connectionId);
      expect([...(loaded?.connection.leftNamespaces ?? [])].sort()).toEqual(["/admin", "/é#"]);
      await stores.connections.leave("other", "/admin");
      expect(await stores.connections.load("other")).toBeUndefined();
    });

    it("remembers no more of them than share an item, however many are left at once", async () => {
      const { connectionId } = await connect(stores);
      const names = Array.from({ length: MAX_NAMESPACES }, (_, index) => `/${index}`);
      for (const name of [...names, "/one-more"]) await stores.connections.leave(connectionId, name);
      const loaded = await stores.connections.load(connectionId);
      expect([...(loaded?.connection.leftNamespaces ?? [])].sort()).toEqual(names.sort());
    });

    it("answers sockets that lost their connection, so that they can be removed", async () => {
      const socket = await connect(stores);
      await stores.connections.remove(socket.connectionId);
      expect(await stores.connections.load(socket.connectionId)).toBeUndefined();
      expect(await disconnect(stores, socket.connectionId)).toMatchObject([{ sid: socket.sid }]);
      expect(await sidsIn(stores, "@all")).toEqual([]);
      expect(await stores.connections.close(socket.connectionId, "forced close")).toBeUndefined();
    });

    it("forgets everything when it expires", async () => {
      const socket = await connect(stores, { userId: "ada" });
      await stores.memberships.join(socket, "chat", stampAt(20));
      clock.now = CONNECTED_AT + LIFETIME_MS - 1_000;
      expect(await stores.connections.load(socket.connectionId)).toBeDefined();
      expect(await sidsIn(stores, "chat")).toEqual([socket.sid]);
      clock.now = CONNECTED_AT + LIFETIME_MS;
      expect(await stores.connections.load(socket.connectionId)).toBeUndefined();
      expect(await stores.connections.handshake(socket.connectionId)).toBeUndefined();
      expect(await stores.connections.close(socket.connectionId, "forced close")).toBeUndefined();
      for (const room of ["chat", "@all", "@user:ada", socket.sid]) {
        expect(await sidsIn(stores, room)).toEqual([]);
      }
    });
  });
}
