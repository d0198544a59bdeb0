import { MAX_NAMESPACES } from "../../lambdas/core/limits/namespaces";
import type {
  AckStore,
  ConnectionStore,
  JoinOutcome,
  MembershipStore,
  SocketStore,
} from "../../lambdas/core/ports";
import type {
  ConnectionRecord,
  LoadedConnection,
  Member,
  SocketRecord,
  Stamp,
  StoredHandshake,
} from "../../lambdas/core/records";
import { joinedSince } from "../../lambdas/core/recovery/joined-since";
import { baseRooms, userRoom } from "../../lambdas/core/rooms";
import { memoryAttemptStore } from "./memory-attempts";
import { memoryDeliveryStore } from "./memory-deliveries";
import { MemoryLiveness, MemoryRuns } from "./memory-liveness";
import { memoryPartStore, memoryTurnStore, type Parts } from "./memory-parts";
import { MemoryLog, MemoryReplays, MemorySessions, MemoryUndelivered } from "./memory-recovery";
import { memorySeenStore } from "./memory-seen-store";
import { MemoryWindows } from "./memory-windows";

const LIFETIME_MS = 130 * 60_000;
const CLAIM_MS = 60_000;

interface StoredSocket {
  record: SocketRecord;
}

interface AwaitedAck {
  readonly connectionId: string;
  readonly until: number;
  args?: readonly unknown[];
}

type StoredMember = Member & { readonly stamp: Stamp; readonly broughtBy?: Stamp };

/** The store ports over Maps, for tests of the core: every call is one step, so there are no races. */
export class MemoryStores {
  readonly connectionRecords = new Map<string, ConnectionRecord>();
  readonly handshakes = new Map<string, StoredHandshake>();
  readonly #sockets = new Map<string, StoredSocket>();
  readonly #rooms = new Map<string, Map<string, StoredMember>>();
  readonly #awaited = new Map<string, AwaitedAck>();
  readonly #parts: Parts = new Map();
  readonly #now: () => number;
  readonly liveness: MemoryLiveness;
  readonly runs = new MemoryRuns();
  readonly events: MemoryLog;
  readonly undelivered: MemoryUndelivered;
  readonly sessions: MemorySessions;
  readonly replays: MemoryReplays;
  maxRoomsPerSocket = 100;
  pageSize = 1_000;
  /** Names of the calls, in order. */
  readonly calls: string[] = [];
  /** Thrown by `join`, as if DynamoDB were out of reach. */
  joinFailure: Error | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.liveness = new MemoryLiveness(now);
    this.events = new MemoryLog(now);
    this.undelivered = new MemoryUndelivered(now);
    this.sessions = new MemorySessions(now);
    this.replays = new MemoryReplays(now);
  }

  readonly connections: ConnectionStore = {
    open: async (connection, handshake) => {
      this.calls.push("open");
      this.connectionRecords.set(connection.connectionId, connection);
      this.handshakes.set(connection.connectionId, handshake);
      const { connectionId, protocol, connectedAt } = connection;
      this.liveness.records.set(connectionId, { connectionId, protocol, connectedAt });
    },
    load: async (connectionId) => {
      this.calls.push("load");
      return this.#load(connectionId);
    },
    handshake: async (connectionId) => {
      this.calls.push("handshake");
      return this.#load(connectionId) && this.handshakes.get(connectionId);
    },
    close: async (connectionId, reason) => {
      const connection = this.connectionRecords.get(connectionId);
      if (connection) this.connectionRecords.set(connectionId, { closedFor: reason, ...connection });
      this.#parts.delete(connectionId);
      this.liveness.close(connectionId);
      const left = this.#load(connectionId) ?? this.#orphans(connectionId, reason);
      if (!left) this.liveness.records.delete(connectionId);
      return left;
    },
    leave: async (connectionId, namespace) => {
      const connection = this.connectionRecords.get(connectionId);
      if (!connection) return;
      const known = connection.leftNamespaces ?? [];
      if (known.length >= MAX_NAMESPACES) return;
      const leftNamespaces = [...new Set([...known, namespace])];
      this.connectionRecords.set(connectionId, { ...connection, leftNamespaces });
    },
    remove: async (connectionId) => {
      this.handshakes.delete(connectionId);
      this.connectionRecords.delete(connectionId);
      this.liveness.records.delete(connectionId);
    },
  };

  readonly sockets: SocketStore = {
    create: async (record) => {
      this.calls.push("create");
      const connection = this.connectionRecords.get(record.connectionId);
      if (!connection || connection.closedFor) return "closed";
      const known = this.#sockets.get(keyOf(record))?.record;
      if (known?.sid === record.sid) return known.closedFor ? "closed" : "created";
      if (known) return "exists";
      const isNew = record.pid === undefined ? undefined : true;
      this.#sockets.set(keyOf(record), { record: { ...record, isNew, left: undefined } });
      for (const room of baseRooms(record)) this.#enter(record, room, record.stamp);
      for (const [room, stamp] of Object.entries(record.rooms)) this.#enter(record, room, stamp);
      return "created";
    },
    introduce: async (record) => {
      const stored = this.#find(record);
      if (!stored || stored.record.closedFor) return undefined;
      stored.record = { ...stored.record, isNew: undefined };
      return stored.record;
    },
    saveData: async (record, changes) => {
      this.calls.push("saveData");
      const stored = this.#find(record);
      if (!stored) return;
      const data = new Map(Object.entries(stored.record.data));
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) data.delete(key);
        else data.set(key, value);
      }
      stored.record = { ...stored.record, data: Object.fromEntries(data) };
    },
    authenticate: async (record, identity) => {
      const stored = this.#find(record);
      if (!stored || stored.record.closedFor) return "closed";
      const { userId = identity.userId } = stored.record;
      if (identity.userId !== undefined && identity.userId !== userId) return "taken";
      const { claims, tokenExpiresAt } = identity;
      stored.record = { ...stored.record, userId, claims, tokenExpiresAt };
      if (userId !== undefined) this.#enter(record, userRoom(userId), record.stamp);
      return "done";
    },
    close: async (record, reason, stamp) => {
      if (record.stamp > stamp) return "newer";
      const stored = this.#find(record);
      if (!stored) return "missing";
      stored.record = { closedFor: reason, ...stored.record };
      return "closed";
    },
    claim: async (record, reason) => {
      const stored = this.#find(record);
      if (!stored || (stored.record.claimedAt ?? -Infinity) >= this.#now() - CLAIM_MS) return undefined;
      stored.record = { closedFor: reason, ...stored.record, claimedAt: this.#now() };
      return { ...stored.record, closedFor: stored.record.closedFor ?? reason };
    },
    remove: async (record, hasLeftAll = false) => {
      if (!this.#find(record)) return;
      if (!hasLeftAll) await this.memberships.leaveAll(record);
      this.#sockets.delete(keyOf(record));
    },
  };

  readonly memberships: MembershipStore = {
    join: async (record, room, stamp) => {
      this.calls.push("join");
      if (this.joinFailure) throw this.joinFailure;
      return this.#join(record, room, stamp);
    },
    leave: async (record, room, stamp) => {
      this.calls.push("leave");
      const stored = this.#find(record);
      const rooms = new Map(Object.entries(stored?.record.rooms ?? {}));
      const left = new Map(Object.entries(stored?.record.left ?? {}));
      if (!stored || (rooms.get(room) ?? "") > stamp || (left.get(room) ?? "") > stamp) return;
      left.set(room, stamp);
      rooms.delete(room);
      stored.record = {
        ...stored.record,
        rooms: Object.fromEntries(rooms),
        left: Object.fromEntries(left),
        since: without(stored.record.since, room),
      };
      const members = this.#members(record.namespace, room);
      if (members.get(record.sid)?.connectionId === record.connectionId) members.delete(record.sid);
    },
    leaveAll: async (record) => {
      for (const room of this.#rooms.values()) {
        if (room.get(record.sid)?.connectionId === record.connectionId) room.delete(record.sid);
      }
    },
    members: async (namespace, room, { after, upTo }) => {
      this.calls.push("members");
      const members = this.#liveMembers(namespace, room).filter(({ sid }) => sid > after && sid <= upTo);
      const page = members.slice(0, this.pageSize);
      const last = page.length < members.length ? page.at(-1)?.sid : undefined;
      return { members: page, upTo: last ?? upTo };
    },
    present: async (namespace, room, sids) => {
      this.calls.push("present");
      const members = new Set(this.#liveMembers(namespace, room).map(({ sid }) => sid));
      return sids.filter((sid) => members.has(sid));
    },
  };

  readonly deliveries = memoryDeliveryStore(() => this.#now());

  readonly parts = memoryPartStore(this.connectionRecords, this.#parts, (connection) =>
    this.#isLive(connection),
  );
  readonly seen = memorySeenStore(() => this.#now());
  readonly windows = new MemoryWindows(
    this.connectionRecords,
    (namespace, userId) => this.#liveMembers(namespace, userRoom(userId)).length,
  );
  readonly turns = memoryTurnStore(this.connectionRecords, () => this.#now());
  readonly attempts = memoryAttemptStore(this.connectionRecords);

  readonly acks: AckStore = {
    expect: async (id, sockets, until) => {
      this.calls.push("expect");
      for (const { sid, connectionId } of sockets) this.#awaited.set(`${id} ${sid}`, { connectionId, until });
    },
    answer: async (id, { sid, connectionId }, args) => {
      this.calls.push("answer");
      const awaited = this.#awaited.get(`${id} ${sid}`);
      if (awaited?.connectionId !== connectionId || awaited.until < this.#now() || awaited.args) return false;
      awaited.args = args;
      return true;
    },
    answers: async (id) => {
      const answered = [...this.#awaited].flatMap(([key, { args }]) => {
        const [of, sid = ""] = key.split(" ");
        return of === String(id) && args ? [[sid, args] as const] : [];
      });
      return new Map(answered);
    },
  };

  socketRecords(): SocketRecord[] {
    return [...this.#sockets.values()].map(({ record }) => record);
  }

  /** Nothing is left of anybody. */
  isEmpty(): boolean {
    const members = [...this.#rooms.values()].reduce((sum, room) => sum + room.size, 0);
    const parts = [...this.#parts.values()].reduce((sum, known) => sum + known.size, 0);
    const others = [this.connectionRecords, this.handshakes, this.#sockets, this.liveness.records];
    return others.every(({ size }) => size === 0) && members + parts === 0;
  }

  #join(record: SocketRecord, room: string, stamp: Stamp): JoinOutcome {
    const stored = this.#find(record);
    if (!stored || stored.record.closedFor) return "closed";
    if (this.connectionRecords.get(record.connectionId)?.closedFor) return "closed";
    const rooms = new Map(Object.entries(stored.record.rooms));
    const known = rooms.get(room);
    const { left = {} } = stored.record;
    if (Object.hasOwn(left, room) && (left[room] ?? "") > stamp) return "superseded";
    if (known === undefined && rooms.size >= this.maxRoomsPerSocket) return "full";
    if (known !== undefined && known > stamp) return "joined";
    rooms.set(room, stamp);
    const first = known ?? joinedSince(stamp, this.#now());
    const since = first === undefined ? stored.record.since : { [room]: first, ...stored.record.since };
    stored.record = {
      ...stored.record,
      rooms: Object.fromEntries(rooms),
      left: without(stored.record.left, room),
      since,
    };
    this.#enter(record, room, stamp);
    return "joined";
  }

  #liveMembers(namespace: string, room: string): Member[] {
    return [...this.#members(namespace, room).values()]
      .filter((member) => this.#isLive(member))
      .map(({ stamp: _, broughtBy: __, ...member }) => ({
        ...member,
        ...this.#protection(member.connectionId),
      }))
      .sort((one, other) => (one.sid < other.sid ? -1 : 1));
  }

  #load(connectionId: string): LoadedConnection | undefined {
    const connection = this.connectionRecords.get(connectionId);
    return connection && this.#isLive(connection)
      ? { connection, sockets: this.#socketsOf(connectionId) }
      : undefined;
  }

  #orphans(connectionId: string, closedFor: ConnectionRecord["closedFor"]): LoadedConnection | undefined {
    const sockets = this.#socketsOf(connectionId).filter((socket) => this.#isLive(socket));
    const [first] = sockets;
    if (!first) return undefined;
    const { protocol, connectedAt } = first;
    return { connection: { connectionId, protocol, connectedAt, closedFor }, sockets };
  }

  #socketsOf(connectionId: string): SocketRecord[] {
    const records = this.socketRecords().filter((record) => record.connectionId === connectionId);
    return records.map((record) => ({ ...record, ...this.#protection(connectionId) }));
  }

  #protection(connectionId: string): Pick<ConnectionRecord, "isProtected"> {
    return { isProtected: this.connectionRecords.get(connectionId)?.isProtected };
  }

  #isLive({ connectedAt }: { readonly connectedAt: number }): boolean {
    return this.#now() < connectedAt + LIFETIME_MS;
  }

  #find(record: SocketRecord): StoredSocket | undefined {
    const stored = this.#sockets.get(keyOf(record));
    return stored?.record.sid === record.sid ? stored : undefined;
  }

  /** Unless a later one is there; of several that bring the same one along, the last CONNECT has it. */
  #enter(socket: SocketRecord, room: string, stamp: Stamp): void {
    const { sid, connectionId, connectedAt, protocol, activeFrom, replayedAfter } = socket;
    const broughtBy = activeFrom === undefined ? undefined : socket.stamp;
    const known = this.#members(socket.namespace, room).get(sid);
    if (known && known.stamp > stamp) return;
    if (known?.stamp === stamp && (known.broughtBy ?? "") > socket.stamp) return;
    const member = { sid, connectionId, connectedAt, protocol, activeFrom, replayedAfter, stamp, broughtBy };
    this.#members(socket.namespace, room).set(sid, member);
  }

  #members(namespace: string, room: string): Map<string, StoredMember> {
    const key = JSON.stringify([namespace, room]);
    const members = this.#rooms.get(key) ?? new Map();
    this.#rooms.set(key, members);
    return members;
  }
}

function without(stamps: SocketRecord["left"] = {}, room: string): SocketRecord["left"] {
  const others = Object.entries(stamps).filter(([name]) => name !== room);
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function keyOf({ connectionId, namespace }: SocketRecord): string {
  return JSON.stringify([connectionId, namespace]);
}
