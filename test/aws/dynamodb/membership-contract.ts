import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, ODD_NAMES, type SetUp } from "./contract-set-up";
import {
  CONNECTED_AT,
  connect,
  disconnect,
  loadSocket,
  membersOf,
  sidsIn,
  socketRecord,
  stampAt,
} from "./records";

/** What the core relies on of a `MembershipStore`. */
export function membershipContract(setUp: SetUp): void {
  describe("memberships", () => {
    let stores: Stores;

    beforeEach(async () => {
      ({ stores } = await setUp(MAX_ROOMS));
    });

    it("joins and leaves", async () => {
      const socket = await connect(stores);
      expect(await stores.memberships.join(socket, "chat", stampAt(20))).toBe("joined");
      expect(await sidsIn(stores, "chat")).toEqual([socket.sid]);
      expect((await loadSocket(stores, socket))?.rooms).toEqual({ chat: stampAt(20) });
      await stores.memberships.leave(socket, "chat", stampAt(30));
      expect(await sidsIn(stores, "chat")).toEqual([]);
      expect((await loadSocket(stores, socket))?.rooms).toEqual({});
    });

    it.each([
      ["again", stampAt(30), stampAt(30)],
      ["by the same packet", stampAt(20), stampAt(20)],
      ["by an earlier packet", stampAt(15), stampAt(20)],
    ])("joins a room %s", async (_, stamp, latest) => {
      const socket = await connect(stores);
      await stores.memberships.join(socket, "chat", stampAt(20));
      expect(await stores.memberships.join(socket, "chat", stamp)).toBe("joined");
      expect(await sidsIn(stores, "chat")).toEqual([socket.sid]);
      expect((await loadSocket(stores, socket))?.rooms).toEqual({ chat: latest });
    });

    it.each([
      ["a record as it is", true],
      ["a record that is out of date", false],
    ])("know since when the socket is in a room that it joins again, with %s", async (_, isCurrent) => {
      const created = await connect(stores);
      const current = async () => (await loadSocket(stores, created)) ?? created;
      const join = async (room: string, ms: number) =>
        stores.memberships.join(isCurrent ? await current() : created, room, stampAt(ms));
      for (const room of ["chat", "__proto__"]) {
        await join(room, 20);
        expect((await current()).since).toBeUndefined();
        for (const ms of [30, 30, 40]) expect(await join(room, ms)).toBe("joined");
        const { rooms, since } = await current();
        expect(Object.entries(rooms)).toEqual([[room, stampAt(40)]]);
        expect(Object.entries(since ?? {})).toEqual([[room, stampAt(20)]]);
        await stores.memberships.leave(created, room, stampAt(50));
        expect((await current()).since).toBeUndefined();
      }
    });

    it("begin anew after a leave", async () => {
      const socket = await connect(stores);
      await stores.memberships.join(socket, "chat", stampAt(20));
      await stores.memberships.join(socket, "chat", stampAt(30));
      await stores.memberships.leave(socket, "chat", stampAt(50));
      expect(await stores.memberships.join(socket, "chat", stampAt(40))).toBe("superseded");
      expect(await stores.memberships.join(socket, "chat", stampAt(60))).toBe("joined");
      expect(await loadSocket(stores, socket)).toEqual({ ...socket, rooms: { chat: stampAt(60) } });
    });

    it.each([
      ["a record as it is", true],
      ["a record that is out of date", false],
    ])("know since when the socket is in a room that it joined late, with %s", async (_, isCurrent) => {
      const { clock, stores: late } = await setUp(MAX_ROOMS);
      const created = await connect(late);
      const current = async () => (await loadSocket(late, created)) ?? created;
      const joinAt = async (now: number, room: string, stamp: number) => {
        clock.now = CONNECTED_AT + now;
        const socket = isCurrent ? await current() : created;
        expect(await late.memberships.join(socket, room, stampAt(stamp))).toBe("joined");
        return Object.entries((await current()).since ?? {});
      };
      const since = (ms: number) => expect.stringMatching(new RegExp(`^${CONNECTED_AT + ms}-`));
      for (const room of ["chat", "__proto__"]) {
        expect(await joinAt(120, room, 20)).toEqual([]);
        await late.memberships.leave(created, room, stampAt(25));
        expect(await joinAt(3_000, room, 30)).toEqual([[room, since(2_950)]]);
        expect(await joinAt(4_000, room, 30)).toEqual([[room, since(2_950)]]);
        expect(await joinAt(5_000, room, 40)).toEqual([[room, since(2_950)]]);
        expect(Object.entries((await current()).rooms)).toEqual([[room, stampAt(40)]]);
        await late.memberships.leave(created, room, stampAt(50));
        expect((await current()).since).toBeUndefined();
        expect(await joinAt(5_000, room, 4_950)).toEqual([]);
        await late.memberships.leave(created, room, stampAt(4_960));
      }
    });

    it("are not interrupted by a leave that is handled after a later join", async () => {
      const socket = await connect(stores);
      await stores.memberships.join(socket, "chat", stampAt(20));
      await stores.memberships.join(socket, "chat", stampAt(40));
      await stores.memberships.leave(socket, "chat", stampAt(30));
      expect((await loadSocket(stores, socket))?.since).toEqual({ chat: stampAt(20) });
    });

    it("are read by ranges of sids, by pages and by key", async () => {
      const ids = ["@b", "@a", "@c", "@bb", "@d"];
      for (const sid of ids) {
        const socket = await connect(stores, { connectionId: `of ${sid}`, sid });
        await stores.memberships.join(socket, "chat", stampAt(20));
      }
      const sidsOf = async (room: string, after: string, upTo: string) => {
        const page = await stores.memberships.members("/", room, { after, upTo });
        expect(page.upTo).toBe(upTo);
        return page.members.map(({ sid }) => sid);
      };
      for (const room of ["chat", "@all"]) {
        expect(await sidsOf(room, "@", "A")).toEqual(["@a", "@b", "@bb", "@c", "@d"]);
        expect(await sidsOf(room, "@b", "@c")).toEqual(["@bb", "@c"]);
        expect(await sidsOf(room, "@bb", "@bz")).toEqual([]);
        const present = await stores.memberships.present("/", room, ["@x", "@c", "@a"]);
        expect([...present].sort()).toEqual(["@a", "@c"]);
      }
      expect(await stores.memberships.present("/", "chat", [])).toEqual([]);
    });

    it("are not there any more when they have expired", async () => {
      const { clock, stores: aged } = await setUp(MAX_ROOMS);
      const socket = await connect(aged);
      clock.now += 131 * 60_000;
      expect(await sidsIn(aged, "@all")).toEqual([]);
      expect(await aged.memberships.present("/", "@all", [socket.sid])).toEqual([]);
    });

    it("decides by the order of arrival, not of handling", async () => {
      const socket = await connect(stores);
      await stores.memberships.leave(socket, "left", stampAt(30));
      expect(await stores.memberships.join(socket, "left", stampAt(20))).toBe("superseded");
      expect(await sidsIn(stores, "left")).toEqual([]);
      await stores.memberships.join(socket, "joined", stampAt(30));
      await stores.memberships.leave(socket, "joined", stampAt(20));
      expect(await sidsIn(stores, "joined")).toEqual([socket.sid]);
      expect(await stores.memberships.join(socket, "left", stampAt(40))).toBe("joined");
    });

    it("joins rooms of any name, apart from each other", async () => {
      ({ stores } = await setUp(ODD_NAMES.length));
      const socket = await connect(stores);
      for (const room of ODD_NAMES) {
        expect(await sidsIn(stores, room)).toEqual([]);
        expect(await stores.memberships.join(socket, room, stampAt(20))).toBe("joined");
        expect(await sidsIn(stores, room)).toEqual([socket.sid]);
      }
      const rooms = (await loadSocket(stores, socket))?.rooms ?? {};
      expect(Object.keys(rooms).sort()).toEqual([...ODD_NAMES].sort());
      for (const room of ODD_NAMES) await stores.memberships.leave(socket, room, stampAt(30));
      for (const room of ODD_NAMES) expect(await sidsIn(stores, room)).toEqual([]);
      expect(Object.keys((await loadSocket(stores, socket))?.rooms ?? { none: 1 })).toEqual([]);
    });

    it("keeps rooms with the same prefix, and namespaces, apart", async () => {
      const socket = await connect(stores);
      await stores.memberships.join(socket, "order:1", stampAt(20));
      for (const room of ["order", "order:", "order:10", "rder:1"])
        expect(await sidsIn(stores, room)).toEqual([]);
      for (const namespace of ["/admin", ""]) expect(await sidsIn(stores, "order:1", namespace)).toEqual([]);
    });

    it("takes a room name of 512 bytes", async () => {
      const socket = await connect(stores);
      const room = "é".repeat(256);
      for (const ms of [20, 30]) {
        expect(await stores.memberships.join(socket, room, stampAt(ms))).toBe("joined");
        expect(await sidsIn(stores, room)).toEqual([socket.sid]);
      }
    });

    it("refuses one room too many, but not one that the socket is in", async () => {
      const socket = await connect(stores);
      for (let index = 0; index < MAX_ROOMS; index++) {
        expect(await stores.memberships.join(socket, `room ${index}`, stampAt(20))).toBe("joined");
      }
      expect(await stores.memberships.join(socket, "one more", stampAt(30))).toBe("full");
      expect(await sidsIn(stores, "one more")).toEqual([]);
      expect(await stores.memberships.join(socket, "room 0", stampAt(30))).toBe("joined");
      await stores.memberships.leave(socket, "room 0", stampAt(40));
      expect(await stores.memberships.join(socket, "one more", stampAt(50))).toBe("joined");
    });

    it("joins nothing when the socket or its connection is closed or missing", async () => {
      const { memberships } = stores;
      expect(await memberships.join(socketRecord(), "chat", stampAt(20))).toBe("closed");
      await memberships.leave(socketRecord(), "chat", stampAt(20));
      const socket = await connect(stores);
      expect(await memberships.join({ ...socket, sid: "@before" }, "chat", stampAt(20))).toBe("closed");
      await stores.connections.close(socket.connectionId, "forced close");
      expect(await memberships.join(socket, "chat", stampAt(20))).toBe("closed");
      const other = await connect(stores, { connectionId: "other", sid: "@other" });
      await stores.sockets.close(other, "server namespace disconnect", stampAt(20));
      expect(await memberships.join(other, "chat", stampAt(30))).toBe("closed");
      expect(await sidsIn(stores, "chat")).toEqual([]);
    });

    it("leaves all rooms of a socket that was claimed, as often as it takes; its record still names them", async () => {
      const socket = await connect(stores, { userId: "ada" });
      await stores.memberships.join(socket, "chat", stampAt(20));
      const claimed = await stores.sockets.claim(socket, "transport close");
      if (!claimed) throw new Error("expected the claim to be granted");
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await stores.memberships.leaveAll(claimed);
        for (const room of [socket.sid, "@all", "@user:ada", "chat"])
          expect(await sidsIn(stores, room)).toEqual([]);
        expect((await loadSocket(stores, socket))?.rooms).toEqual({ chat: stampAt(20) });
      }
      expect(await stores.memberships.join(socket, "chat", stampAt(30))).toBe("closed");
      await stores.sockets.remove(claimed, true);
      expect(await loadSocket(stores, socket)).toBeUndefined();
    });

    it("leaves all rooms but those that a recovered socket has on its new connection", async () => {
      const old = await connect(stores, { userId: "ada" });
      await stores.memberships.join(old, "chat", stampAt(20));
      const claimed = await stores.sockets.claim(old, "transport close");
      if (!claimed) throw new Error("expected the claim to be granted");
      const { rooms } = claimed;
      await connect(stores, { userId: "ada", connectionId: "new", stamp: stampAt(30), rooms, activeFrom: 1 });
      await stores.memberships.leaveAll(claimed);
      for (const room of [old.sid, "@all", "@user:ada", "chat"]) {
        expect(await membersOf(stores, room)).toMatchObject([{ sid: old.sid, connectionId: "new" }]);
      }
    });

    it("leaves what a recovered socket joined on its new connection", async () => {
      const old = await connect(stores, { userId: "ada" });
      await stores.memberships.join(old, "chat", stampAt(20));
      const recovered = await connect(stores, { userId: "ada", connectionId: "new", stamp: stampAt(30) });
      await stores.memberships.join(recovered, "chat", stampAt(40));
      await stores.memberships.leave(old, "chat", stampAt(50));
      await disconnect(stores, old.connectionId);
      for (const room of [old.sid, "@all", "@user:ada", "chat"]) {
        expect(await membersOf(stores, room)).toMatchObject([{ sid: old.sid, connectionId: "new" }]);
      }
    });
  });
}
