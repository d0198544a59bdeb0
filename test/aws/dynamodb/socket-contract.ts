import { CLAIM_SECONDS } from "../../../lambdas/aws/dynamodb/socket-changes";
import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { MAX_ROOMS, ODD_NAMES, type SetUp, type TestClock } from "./contract-set-up";
import {
  connect,
  connectionRecord,
  disconnect,
  HANDSHAKE,
  loadSocket,
  membersOf,
  sidsIn,
  socketRecord,
  stampAt,
} from "./records";

/** What the core relies on of a `SocketStore`. */
export function socketContract(setUp: SetUp): void {
  describe("sockets", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    it("loads what was created", async () => {
      const socket = await connect(stores, {
        userId: "ada",
        claims: { roles: ["admin"], nested: JSON.parse('{"__proto__": {"": null}}') },
        tokenExpiresAt: 1_700_000_900,
        data: { name: "Ada", big: 2 ** 60, list: [1, null, { deep: "" }] },
      });
      expect(await loadSocket(stores, socket)).toEqual(socket);
    });

    it("puts a socket into its base rooms", async () => {
      const { sid, connectionId, protocol, connectedAt } = await connect(stores, { userId: "ada" });
      for (const room of [sid, "@all", "@user:ada"]) {
        expect(await membersOf(stores, room)).toEqual([{ sid, connectionId, protocol, connectedAt }]);
      }
    });

    it("is new until it is introduced where it can be recovered, and then as it is by then", async () => {
      const socket = await connect(stores, { pid: "secret" });
      expect((await loadSocket(stores, socket))?.isNew).toBe(true);
      await stores.memberships.join(socket, "chat", stampAt(1));
      const { sid } = socket;
      expect(await stores.sockets.introduce(socket)).toMatchObject({ sid, rooms: { chat: stampAt(1) } });
      expect((await loadSocket(stores, socket))?.isNew).toBeUndefined();
    });

    it("is not introduced when it has closed, and owes no listeners", async () => {
      const socket = await connect(stores, { pid: "secret" });
      await stores.sockets.close(socket, "transport close", stampAt(20));
      expect(await stores.sockets.introduce(socket)).toBeUndefined();
      expect(await stores.sockets.claim(socket, "transport close")).toMatchObject({ isNew: true });
    });

    it("owes listeners as soon as it is created where it cannot be recovered", async () => {
      const claimed = await stores.sockets.claim(await connect(stores), "transport close");
      expect(claimed?.isNew).toBeUndefined();
    });

    it("has one socket a namespace on a connection", async () => {
      const socket = await connect(stores);
      expect(await stores.sockets.create(socketRecord({ sid: "@second" }))).toBe("exists");
      expect(await sidsIn(stores, "@all")).toEqual([socket.sid]);
      expect(await sidsIn(stores, "@second")).toEqual([]);
    });

    it("is what it was when it is created once more, by a later repetition, and ends as a whole", async () => {
      const socket = await connect(stores, { userId: "ada", data: { name: "Ada" } });
      await stores.memberships.join(socket, "chat", stampAt(20));
      await stores.sockets.saveData(socket, { name: "Ada L." });
      const again = { ...socket, stamp: stampAt(15) };
      expect(await stores.sockets.create(again)).toBe("created");
      const asItWas = { ...socket, data: { name: "Ada L." }, rooms: { chat: stampAt(20) } };
      expect(await loadSocket(stores, socket)).toEqual(asItWas);
      expect(await stores.memberships.join(again, "chat", stampAt(16))).toBe("joined");
      await disconnect(stores, socket.connectionId);
      for (const room of [socket.sid, "@all", "@user:ada", "chat"])
        expect(await sidsIn(stores, room)).toEqual([]);
    });

    it("is not created once more when it is closed", async () => {
      const socket = await connect(stores);
      await stores.sockets.close(socket, "server namespace disconnect", stampAt(20));
      expect(await stores.sockets.create(socket)).toBe("closed");
      expect((await loadSocket(stores, socket))?.closedFor).toBe("server namespace disconnect");
    });

    it("leaves its listeners to the closer of its connection when it is created once more", async () => {
      const socket = await connect(stores);
      await stores.connections.close(socket.connectionId, "transport close");
      expect(await stores.sockets.create(socket)).toBe("closed");
      expect(await disconnect(stores, socket.connectionId)).toMatchObject([{ sid: socket.sid }]);
    });

    it("loads the sockets of all namespaces, whatever their names", async () => {
      const names = ["/", "/admin", "/~", "/é🙂", "/a#b", "/a/b", "/%2F"];
      await stores.connections.open(connectionRecord(), HANDSHAKE);
      for (const namespace of names) {
        const created = stores.sockets.create(socketRecord({ namespace, sid: `@${namespace}` }));
        expect(await created).toBe("created");
      }
      const loaded = await stores.connections.load(connectionRecord().connectionId);
      expect(loaded?.sockets.map(({ namespace }) => namespace).sort()).toEqual([...names].sort());
      for (const namespace of names)
        expect(await sidsIn(stores, "@all", namespace)).toEqual([`@${namespace}`]);
    });

    it("creates nothing on a connection that is closed or missing", async () => {
      expect(await stores.sockets.create(socketRecord({ userId: "ada" }))).toBe("closed");
      await stores.connections.open(connectionRecord(), HANDSHAKE);
      await stores.connections.close(connectionRecord().connectionId, "transport close");
      expect(await stores.sockets.create(socketRecord({ userId: "ada" }))).toBe("closed");
      expect((await stores.connections.load(connectionRecord().connectionId))?.sockets).toEqual([]);
      for (const room of [socketRecord().sid, "@all", "@user:ada"])
        expect(await sidsIn(stores, room)).toEqual([]);
    });

    it("saves data by key", async () => {
      const socket = await connect(stores, { data: { kept: 1, changed: "a", removed: true } });
      await stores.sockets.saveData(socket, { changed: { to: ["b"] }, removed: undefined, added: null });
      expect((await loadSocket(stores, socket))?.data).toEqual({
        kept: 1,
        changed: { to: ["b"] },
        added: null,
      });
    });

    it("saves keys of any name and number", async () => {
      const socket = await connect(stores);
      const names = [...ODD_NAMES, "", ...Array.from({ length: 300 }, (_, index) => `key ${index}`)];
      const data: Record<string, unknown> = Object.fromEntries(names.map((key) => [key, `value of ${key}`]));
      await stores.sockets.saveData(socket, data);
      const saved = (await loadSocket(stores, socket))?.data ?? {};
      expect(Object.entries(saved).sort()).toEqual(Object.entries(data).sort());
      await stores.sockets.saveData(socket, Object.fromEntries(names.map((key) => [key, undefined])));
      expect(Object.keys((await loadSocket(stores, socket))?.data ?? {})).toEqual([]);
    });

    it("saves no data of a socket that is gone or was replaced", async () => {
      await stores.sockets.saveData(socketRecord(), { lost: 1 });
      const socket = await connect(stores);
      await stores.sockets.saveData({ ...socket, sid: "@before" }, { lost: 1 });
      expect((await loadSocket(stores, socket))?.data).toEqual({});
    });

    it("authenticates: new claims, and the user's room when it had no user", async () => {
      const socket = await connect(stores, { claims: { old: true }, tokenExpiresAt: 1 });
      const identity = { userId: "ada", claims: { roles: ["admin"] }, tokenExpiresAt: 2 };
      expect(await stores.sockets.authenticate(socket, identity)).toBe("done");
      expect(await loadSocket(stores, socket)).toEqual({ ...socket, ...identity });
      expect(await sidsIn(stores, "@user:ada")).toEqual([socket.sid]);
    });

    it("keeps the user and drops what a new token does not say", async () => {
      const socket = await connect(stores, { userId: "ada", claims: { old: true }, tokenExpiresAt: 1 });
      expect(await stores.sockets.authenticate(socket, {})).toBe("done");
      expect(await loadSocket(stores, socket)).toEqual({
        ...socket,
        claims: undefined,
        tokenExpiresAt: undefined,
      });
      expect(await sidsIn(stores, "@user:ada")).toEqual([socket.sid]);
    });

    it("never gives a socket to another user", async () => {
      const socket = await connect(stores, { userId: "ada" });
      expect(await stores.sockets.authenticate(socket, { userId: "eve" })).toBe("taken");
      expect((await loadSocket(stores, socket))?.userId).toBe("ada");
      expect(await sidsIn(stores, "@user:eve")).toEqual([]);
    });

    it("authenticates no socket that is closed or missing", async () => {
      const identity = { userId: "ada" };
      expect(await stores.sockets.authenticate(socketRecord(), identity)).toBe("closed");
      const socket = await connect(stores);
      await stores.sockets.close(socket, "server namespace disconnect", stampAt(20));
      expect(await stores.sockets.authenticate(socket, identity)).toBe("closed");
      expect(await sidsIn(stores, "@user:ada")).toEqual([]);
    });

    it("closes one socket, the first reason stays", async () => {
      const socket = await connect(stores);
      expect(await stores.sockets.close(socket, "client namespace disconnect", stampAt(20))).toBe("closed");
      expect(await stores.sockets.close(socket, "server namespace disconnect", stampAt(30))).toBe("closed");
      expect((await loadSocket(stores, socket))?.closedFor).toBe("client namespace disconnect");
      const loaded = await stores.connections.load(socket.connectionId);
      expect(loaded?.connection.closedFor).toBeUndefined();
    });

    it("is not closed by a packet that arrived before its CONNECT", async () => {
      const socket = await connect(stores);
      expect(await stores.sockets.close(socket, "client namespace disconnect", stampAt(9))).toBe("newer");
      expect((await loadSocket(stores, socket))?.closedFor).toBeUndefined();
    });

    it("closes nothing that is gone or was replaced", async () => {
      expect(await stores.sockets.close(socketRecord(), "forced close", stampAt(20))).toBe("missing");
      const socket = await connect(stores);
      const before = { ...socket, sid: "@before" };
      expect(await stores.sockets.close(before, "forced close", stampAt(20))).toBe("missing");
      expect((await loadSocket(stores, socket))?.closedFor).toBeUndefined();
    });

    it("gives the right to run its disconnect listeners to one caller, with its rooms as they are", async () => {
      const socket = await connect(stores);
      await stores.memberships.join(socket, "chat", stampAt(20));
      const claimed = await stores.sockets.claim(socket, "ping timeout");
      const claimedAt = clock.now;
      expect(claimed).toEqual({
        ...socket,
        closedFor: "ping timeout",
        claimedAt,
        rooms: { chat: stampAt(20) },
      });
      expect((await loadSocket(stores, socket))?.claimedAt).toBe(claimedAt);
      expect(await stores.sockets.claim(socket, "transport close")).toBeUndefined();
    });

    it("gives the right to another when its holder crashed", async () => {
      const socket = await connect(stores);
      await stores.sockets.claim(socket, "ping timeout");
      clock.now += CLAIM_SECONDS * 1_000;
      expect(await stores.sockets.claim(socket, "transport close")).toBeUndefined();
      clock.now += 1;
      const claimed = await stores.sockets.claim(socket, "transport close");
      expect(claimed?.closedFor).toBe("ping timeout");
      expect(await stores.sockets.claim(socket, "transport close")).toBeUndefined();
    });

    it("owes no listeners for a socket that is gone or was replaced", async () => {
      expect(await stores.sockets.claim(socketRecord(), "forced close")).toBeUndefined();
      const socket = await connect(stores);
      expect(await stores.sockets.claim({ ...socket, sid: "@before" }, "forced close")).toBeUndefined();
    });

    it("removes a socket and all of its memberships, those too that the caller did not know of", async () => {
      const socket = await connect(stores, { userId: "ada" });
      await stores.memberships.join(socket, "chat", stampAt(20));
      await stores.sockets.remove(socket);
      for (const room of [socket.sid, "@all", "@user:ada", "chat"])
        expect(await sidsIn(stores, room)).toEqual([]);
      expect((await stores.connections.load(socket.connectionId))?.sockets).toEqual([]);
      await stores.sockets.remove(socket);
    });

    it("removes a socket late without touching the one that came after it", async () => {
      const socket = await connect(stores, { userId: "ada" });
      const claimed = await stores.sockets.claim(socket, "forced close");
      if (!claimed) throw new Error("expected the claim to be granted");
      await stores.sockets.remove(claimed);
      const next = socketRecord({ userId: "ada", sid: "@next", stamp: stampAt(40) });
      expect(await stores.sockets.create(next)).toBe("created");
      await stores.sockets.remove(claimed);
      expect(await loadSocket(stores, next)).toEqual(next);
      expect(await sidsIn(stores, "@user:ada")).toEqual(["@next"]);
    });
  });
}
