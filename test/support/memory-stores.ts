import type { ConnectionStore, MembershipStore, SocketStore } from "../../lambdas/core/ports";
import type {
  ConnectionRecord,
  DisconnectReason,
  Member,
  SocketRecord,
  Stamp,
  StoredHandshake,
} from "../../lambdas/core/records";
import { baseRooms, userRoom } from "../../lambdas/core/rooms";

type StoredSocket = SocketRecord & { claimed?: boolean };

/** The store ports over Maps, for tests of the core: one process, so no races. */
export class MemoryStores {
  readonly connectionRecords = new Map<string, ConnectionRecord>();
  readonly handshakes = new Map<string, StoredHandshake>();
  readonly socketRecords = new Map<string, StoredSocket>();
  /** Key: namespace and room. */
  readonly rooms = new Map<string, Map<string, Member & { stamp: Stamp }>>();
  readonly left = new Map<string, Stamp>();
  maxRoomsPerSocket = 100;
  /** Names of the calls, in order. */
  readonly calls: string[] = [];
  /** Thrown by the next `join`, as DynamoDB would when it is out of reach. */
  joinFailure: Error | undefined;

  readonly connections: ConnectionStore = {
    open: async (connection, handshake) => {
      this.calls.push("open");
      this.connectionRecords.set(connection.connectionId, connection);
      this.handshakes.set(connection.connectionId, handshake);
    },
    load: async (connectionId) => {
      this.calls.push("load");
      return this.#load(connectionId);
    },
    handshake: async (connectionId) => {
      this.calls.push("handshake");
      return this.handshakes.get(connectionId);
    },
    close: async (connectionId, reason) => {
      const connection = this.connectionRecords.get(connectionId);
      if (!connection) return undefined;
      this.connectionRecords.set(connectionId, { closedFor: reason, ...connection });
      return this.#load(connectionId);
    },
    remove: async (connectionId) => {
      this.handshakes.delete(connectionId);
      this.connectionRecords.delete(connectionId);
    },
  };

  readonly sockets: SocketStore = {
    create: async (socket) => {
      this.calls.push("create");
      const connection = this.connectionRecords.get(socket.connectionId);
      if (!connection || connection.closedFor) return "closed";
      if (this.#find(socket.connectionId, socket.namespace)) return "exists";
      this.socketRecords.set(socket.sid, socket);
      for (const room of baseRooms(socket)) this.#enter(socket, room, socket.stamp);
      return "created";
    },
    saveData: async (socket, changes) => {
      this.calls.push("saveData");
      const data = { ...this.#get(socket).data };
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) delete data[key];
        else data[key] = value;
      }
      this.#patch(socket, { data });
    },
    authenticate: async (socket, identity) => {
      const stored = this.#get(socket);
      if (stored.closedFor) return "closed";
      this.#patch(socket, identity);
      if (identity.userId !== undefined) this.#enter(stored, userRoom(identity.userId), stored.stamp);
      return "done";
    },
    close: async (socket, reason, stamp) => {
      const stored = this.socketRecords.get(socket.sid);
      if (!stored) return "missing";
      if (stored.stamp > stamp) return "newer";
      this.#patch(socket, { closedFor: stored.closedFor ?? reason });
      return "closed";
    },
    claim: async (socket, reason) => {
      const stored = this.socketRecords.get(socket.sid);
      if (!stored || stored.claimed) return undefined;
      const closedFor: DisconnectReason = stored.closedFor ?? reason;
      const claimed = { ...stored, closedFor, claimed: true };
      this.socketRecords.set(socket.sid, claimed);
      return claimed;
    },
    remove: async (socket) => {
      this.socketRecords.delete(socket.sid);
      for (const members of this.rooms.values()) members.delete(socket.sid);
    },
  };

  readonly memberships: MembershipStore = {
    join: async (socket, room, stamp) => {
      this.calls.push("join");
      if (this.joinFailure) throw this.joinFailure;
      const stored = this.socketRecords.get(socket.sid);
      if (!stored || stored.closedFor) return "closed";
      const known = stored.rooms[room];
      if ((this.left.get(`${socket.sid} ${room}`) ?? "") > stamp) return "superseded";
      if (known === undefined && Object.keys(stored.rooms).length >= this.maxRoomsPerSocket) return "full";
      this.#patch(socket, { rooms: { ...stored.rooms, [room]: stamp } });
      this.#enter(socket, room, stamp);
      return "joined";
    },
    leave: async (socket, room, stamp) => {
      this.calls.push("leave");
      this.left.set(`${socket.sid} ${room}`, stamp);
      const { [room]: _left, ...rooms } = this.#get(socket).rooms;
      this.#patch(socket, { rooms });
      this.#members(socket.namespace, room).delete(socket.sid);
    },
    members: (namespace, room) => this.#pages(namespace, room),
  };

  /** Nothing is left of anybody. */
  isEmpty(): boolean {
    const members = [...this.rooms.values()].reduce((sum, room) => sum + room.size, 0);
    return this.connectionRecords.size + this.handshakes.size + this.socketRecords.size + members === 0;
  }

  async *#pages(namespace: string, room: string): AsyncGenerator<readonly Member[]> {
    this.calls.push("members");
    yield [...this.#members(namespace, room).values()];
  }

  #load(connectionId: string) {
    const connection = this.connectionRecords.get(connectionId);
    if (!connection) return undefined;
    const sockets = [...this.socketRecords.values()].filter((socket) => socket.connectionId === connectionId);
    return { connection, sockets };
  }

  #find(connectionId: string, namespace: string): StoredSocket | undefined {
    return this.#load(connectionId)?.sockets.find((socket) => socket.namespace === namespace);
  }

  #get({ sid }: SocketRecord): StoredSocket {
    const stored = this.socketRecords.get(sid);
    if (!stored) throw new Error(`no socket ${sid}`);
    return stored;
  }

  #patch(socket: SocketRecord, changes: Partial<SocketRecord>): void {
    this.socketRecords.set(socket.sid, { ...this.#get(socket), ...changes });
  }

  #enter(socket: SocketRecord, room: string, stamp: Stamp): void {
    const { sid, connectionId, connectedAt, protocol } = socket;
    this.#members(socket.namespace, room).set(sid, { sid, connectionId, connectedAt, protocol, stamp });
  }

  #members(namespace: string, room: string): Map<string, Member & { stamp: Stamp }> {
    const key = JSON.stringify([namespace, room]);
    const members = this.rooms.get(key) ?? new Map();
    this.rooms.set(key, members);
    return members;
  }
}
