import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import type { Liveness } from "../../../lambdas/core/records";
import { MAX_ROOMS, type SetUp, type TestClock } from "./contract-set-up";
import { CONNECTED_AT, connect, connectionRecord, disconnect, HANDSHAKE, stampAt } from "./records";

const LIFETIME_MS = 130 * 60_000;
const { connectionId } = connectionRecord();

/** What the core relies on of a `LivenessStore` and of `HeartbeatRuns`. */
export function livenessContract(setUp: SetUp): void {
  describe("liveness", () => {
    let clock: TestClock;
    let stores: Stores;

    beforeEach(async () => {
      ({ clock, stores } = await setUp(MAX_ROOMS));
    });

    const all = async () => {
      const found: Liveness[] = [];
      for await (const page of stores.liveness.all()) found.push(...page);
      return found.sort((one, other) => (one.connectionId < other.connectionId ? -1 : 1));
    };
    const open = () => stores.connections.open(connectionRecord(), HANDSHAKE);
    const only = async () => {
      const [first, ...others] = await all();
      if (!first || others.length > 0) throw new Error(`expected one, got ${others.length}`);
      return first;
    };

    it("lists every connection, whichever shard it is in, until it is removed or expires", async () => {
      const ids = Array.from({ length: 40 }, (_, index) => `c${String(index).padStart(2, "0")}=`);
      for (const id of ids) {
        await stores.connections.open(connectionRecord({ connectionId: id, protocol: "json" }), HANDSHAKE);
      }
      const listed = ids.map((id) => ({ connectionId: id, protocol: "json", connectedAt: CONNECTED_AT }));
      expect(await all()).toEqual(listed);
      await stores.connections.remove("c00=");
      expect(await all()).toEqual(listed.slice(1));
      clock.now = CONNECTED_AT + LIFETIME_MS;
      expect(await all()).toEqual([]);
    });

    it("notes the first answer to each ping, and no other", async () => {
      await open();
      await stores.liveness.see(connectionId);
      const read = await only();
      expect(read.seen).toBeUndefined();
      const pinged = { ...read, pingedAt: CONNECTED_AT + 5 };
      await stores.liveness.replace(read, pinged);
      await stores.liveness.see(connectionId);
      clock.now += 10;
      await stores.liveness.see(connectionId);
      const answered = await only();
      expect(answered).toEqual({ ...pinged, seen: CONNECTED_AT });
      const again = { ...read, pingedAt: clock.now };
      expect(await stores.liveness.replace(answered, again)).toBe(true);
      await stores.liveness.see(connectionId);
      expect(await only()).toEqual({ ...again, seen: clock.now });
    });

    it("notes sockets and the earliest expiry of their tokens", async () => {
      await open();
      clock.now += 10;
      await stores.liveness.admit(connectionId);
      expect(await only()).toMatchObject({ admittedAt: clock.now });
      for (const [expiry, earliest] of [
        [900, 900],
        [1_000, 900],
        [800, 800],
      ] as const) {
        await stores.liveness.admit(connectionId, expiry);
        expect(await only()).toMatchObject({ tokenExpiresAt: earliest });
      }
      await stores.liveness.admit(connectionId);
      expect(await only()).toMatchObject({ tokenExpiresAt: 800 });
    });

    it("notes an admission beside an earlier expiry, so that who is about to forget that looks again", async () => {
      await open();
      await stores.liveness.admit(connectionId, 800);
      const read = await only();
      clock.now += 10;
      await stores.liveness.admit(connectionId, 900);
      expect(await stores.liveness.replace(read, { ...read, tokenExpiresAt: undefined })).toBe(false);
      expect(await only()).toMatchObject({ tokenExpiresAt: 800, admittedAt: clock.now });
    });

    it("replaces what was read unless it has changed, and may be asked twice", async () => {
      await open();
      const read = await only();
      const pinged = { ...read, pingedAt: CONNECTED_AT + 5, seen: undefined };
      expect(await stores.liveness.replace(read, pinged)).toBe(true);
      expect(await stores.liveness.replace(read, pinged)).toBe(true);
      expect(await stores.liveness.replace(read, { ...read, pingedAt: CONNECTED_AT + 6 })).toBe(false);
      await stores.liveness.see(connectionId);
      expect(await stores.liveness.replace(pinged, { ...pinged, closedAt: CONNECTED_AT + 7 })).toBe(false);
      const answered = await only();
      expect(answered).toMatchObject({ pingedAt: CONNECTED_AT + 5, seen: CONNECTED_AT });
      expect(await stores.liveness.replace(answered, { ...answered, seen: undefined })).toBe(true);
      expect((await only()).seen).toBeUndefined();
    });

    it("creates nothing where there is no connection", async () => {
      await open();
      const read = await only();
      await stores.connections.remove(connectionId);
      await stores.liveness.see(connectionId);
      await stores.liveness.admit(connectionId, 900);
      await stores.connections.close(connectionId, "forced close");
      expect(await stores.liveness.replace(read, { ...read, closedAt: 1 })).toBe(false);
      expect(await all()).toEqual([]);
    });

    it("greets who is neither closing nor gone", async () => {
      await open();
      expect(await stores.liveness.isGreeted(connectionId)).toBe(false);
      expect(await stores.liveness.greet(connectionId)).toBe(true);
      expect(await only()).toMatchObject({ greetedAt: CONNECTED_AT });
      expect(await stores.liveness.isGreeted(connectionId)).toBe(true);
      await stores.connections.close(connectionId, "transport close");
      expect(await stores.liveness.greet(connectionId)).toBe(false);
      await disconnect(stores, connectionId);
      expect(await stores.liveness.greet(connectionId)).toBe(false);
      expect(await stores.liveness.isGreeted(connectionId)).toBe(false);
      expect(await all()).toEqual([]);
    });

    it("keeps when closing began, and the connection on the list until all is removed", async () => {
      const socket = await connect(stores);
      clock.now += 10;
      await stores.connections.close(connectionId, "transport close");
      clock.now += 10;
      await stores.connections.close(connectionId, "forced close");
      expect(await only()).toMatchObject({ closedAt: CONNECTED_AT + 10 });
      expect(await disconnect(stores, connectionId)).toMatchObject([{ sid: socket.sid }]);
      expect(await all()).toEqual([]);
    });

    it("lets the latest run go on, however late an earlier one begins", async () => {
      const [early, late] = [stampAt(1), stampAt(2)];
      expect(await stores.runs.begin(early)).toBe(true);
      expect(await stores.runs.isLatest(early)).toBe(true);
      expect(await stores.runs.begin(late)).toBe(true);
      expect(await stores.runs.isLatest(early)).toBe(false);
      expect(await stores.runs.begin(early)).toBe(false);
      expect(await stores.runs.isLatest(late)).toBe(true);
    });
  });
}
