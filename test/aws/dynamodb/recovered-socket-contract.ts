import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, type SetUp } from "./contract-set-up";
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

const JOINED = { chat: stampAt(15), tea: stampAt(16) };

/** What the core relies on when a socket is created that was on another connection before. */
export function recoveredSocketContract(setUp: SetUp): void {
  describe("a recovered socket", () => {
    let stores: Stores;

    beforeEach(async () => {
      ({ stores } = await setUp(MAX_ROOMS));
    });

    /** On a connection of its own, since so many milliseconds. */
    const recovered = async (connectionId: string, ms: number) => {
      await stores.connections.open(connectionRecord({ connectionId }), HANDSHAKE);
      const activeFrom = CONNECTED_AT + ms + 300;
      const fields = {
        connectionId,
        userId: "ada",
        pid: "secret",
        rooms: JOINED,
        stamp: stampAt(ms),
        activeFrom,
        replayedAfter: "0mwt",
      };
      return socketRecord(fields);
    };

    const owners = async () => {
      const members = await Promise.all(
        ["chat", "tea", "@all", "@user:ada", socketRecord().sid].map((room) => membersOf(stores, room)),
      );
      return [...new Set(members.flat().map(({ connectionId }) => connectionId))];
    };

    it("is in its rooms again, and whoever reads them knows from when on", async () => {
      const socket = await recovered("two=", 100);
      expect(await stores.sockets.create(socket)).toBe("created");
      const member = { connectionId: "two=", activeFrom: socket.activeFrom, replayedAfter: "0mwt" };
      for (const room of ["chat", "@all", "@user:ada", socket.sid]) {
        expect(await membersOf(stores, room)).toMatchObject([member]);
      }
      const { pid, activeFrom, rooms } = socket;
      expect(await loadSocket(stores, socket)).toMatchObject({ pid, activeFrom, rooms });
    });

    it("takes its rooms over from the old connection, which then removes nothing", async () => {
      const old = await connect(stores, { userId: "ada" });
      await stores.memberships.join(old, "chat", JOINED.chat);
      await stores.sockets.create(await recovered("two=", 100));
      await stores.sockets.remove({ ...old, rooms: { chat: JOINED.chat }, closedFor: "transport close" });
      expect(await membersOf(stores, "chat")).toMatchObject([{ connectionId: "two=" }]);
      expect(await owners()).toEqual(["two="]);
    });

    it("keeps its rooms when a join on the old connection is written late", async () => {
      const old = await connect(stores, { userId: "ada" });
      await stores.memberships.join(old, "chat", JOINED.chat);
      await stores.sockets.create(await recovered("two=", 100));
      await stores.memberships.join(old, "chat", JOINED.chat);
      await stores.sockets.remove(old);
      expect(await membersOf(stores, "chat")).toMatchObject([{ connectionId: "two=" }]);
    });

    it("keeps its rooms from an earlier CONNECT when they were joined again with the same stamp", async () => {
      const [two, three] = [await recovered("two=", 100), await recovered("three=", 200)];
      await stores.sockets.create(three);
      await stores.memberships.join(three, "chat", JOINED.chat);
      await stores.sockets.create(two);
      expect(await membersOf(stores, "chat")).toMatchObject([{ connectionId: "three=" }]);
    });

    it("of two at once the one whose CONNECT arrived last has the rooms, and the other takes nothing along", async () => {
      const [two, three] = [await recovered("two=", 100), await recovered("three=", 200)];
      await stores.sockets.create(three);
      await stores.sockets.create(two);
      expect(await membersOf(stores, "chat")).toMatchObject([{ connectionId: "three=" }]);
      await stores.sockets.remove(two);
      expect(await membersOf(stores, "chat")).toMatchObject([{ connectionId: "three=" }]);
      expect(await membersOf(stores, "@user:ada")).toMatchObject([{ connectionId: "three=" }]);
    });

    it("knows since when it is in its rooms, over connections and joins", async () => {
      const socket = { ...(await recovered("two=", 100)), since: { chat: stampAt(5) } };
      await stores.sockets.create(socket);
      expect((await loadSocket(stores, socket))?.since).toEqual(socket.since);
      for (const room of ["chat", "tea"]) await stores.memberships.join(socket, room, stampAt(500));
      expect((await loadSocket(stores, socket))?.since).toEqual({ chat: stampAt(5), tea: JOINED.tea });
      const claimed = await stores.sockets.claim(socket, "transport close");
      expect(claimed?.since).toEqual({ chat: stampAt(5), tea: JOINED.tea });
    });

    it("knows what its client was sent from the logs before", async () => {
      const replayed = [{ after: "0mwa", upTo: "0mwb" }];
      const socket = { ...(await recovered("two=", 100)), replayed };
      await stores.sockets.create(socket);
      expect((await loadSocket(stores, socket))?.replayed).toEqual(replayed);
      expect((await stores.sockets.claim(socket, "transport close"))?.replayed).toEqual(replayed);
    });

    it("knows when it left its rooms, but of one that it has joined again", async () => {
      const socket = await recovered("two=", 100);
      await stores.sockets.create(socket);
      for (const room of ["chat", "tea"]) await stores.memberships.leave(socket, room, stampAt(500));
      await stores.memberships.join(socket, "tea", stampAt(510));
      expect((await loadSocket(stores, socket))?.left).toEqual({ chat: stampAt(500) });
      expect((await stores.sockets.claim(socket, "transport close"))?.left).toEqual({ chat: stampAt(500) });
    });

    it("leaves a room for good", async () => {
      const socket = await recovered("two=", 100);
      await stores.sockets.create(socket);
      await stores.memberships.leave(socket, "chat", stampAt(500));
      expect(await membersOf(stores, "chat")).toEqual([]);
      expect(Object.keys((await loadSocket(stores, socket))?.rooms ?? {})).toEqual(["tea"]);
    });
  });
}
