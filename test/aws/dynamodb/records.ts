import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { EVERY_SID } from "../../../lambdas/core/delivery/sid-range";
import type { ConnectionRecord, Member, SocketRecord, StoredHandshake } from "../../../lambdas/core/records";

export const CONNECTED_AT = 1_700_000_000_000;

export const HANDSHAKE: StoredHandshake = {
  query: { EIO: "4", transport: "websocket" },
  headers: { "user-agent": "test" },
  address: "203.0.113.7",
  url: "/dev?EIO=4&transport=websocket",
  issued: CONNECTED_AT,
  secure: true,
  xdomain: false,
};

/** The stamp of a packet that arrived so many milliseconds after the connection. */
export function stampAt(ms: number): string {
  return `${CONNECTED_AT + ms}-0000000000-000`;
}

export function connectionRecord(fields: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return { connectionId: "L0SM9cOFvHcCIhw=", protocol: "socket.io", connectedAt: CONNECTED_AT, ...fields };
}

export function socketRecord(fields: Partial<SocketRecord> = {}): SocketRecord {
  return {
    connectionId: "L0SM9cOFvHcCIhw=",
    protocol: "socket.io",
    connectedAt: CONNECTED_AT,
    namespace: "/",
    sid: "@abcdefghijklmnopqrst",
    stamp: stampAt(10),
    data: {},
    rooms: {},
    ...fields,
  };
}

/** Opens the connection and creates its socket, as `$connect` and CONNECT do. */
export async function connect(
  { connections, sockets }: Stores,
  fields: Partial<SocketRecord> = {},
): Promise<SocketRecord> {
  const socket = socketRecord(fields);
  const { connectionId, protocol, connectedAt } = socket;
  await connections.open(connectionRecord({ connectionId, protocol, connectedAt }), HANDSHAKE);
  const outcome = await sockets.create(socket);
  if (outcome !== "created") throw new Error(`expected the socket to be created, got ${outcome}`);
  return socket;
}

/** What the `disconnect` Lambda does; answers the sockets whose listeners this call had to run. */
export async function disconnect(
  { connections, sockets, memberships }: Stores,
  connectionId: string,
): Promise<readonly SocketRecord[]> {
  const closed = await connections.close(connectionId, "transport close");
  if (!closed) return [];
  const owed: SocketRecord[] = [];
  for (const socket of closed.sockets) {
    const claimed = await sockets.claim(socket, "transport close");
    if (!claimed) continue;
    if (claimed.isNew) {
      await sockets.remove(claimed);
      continue;
    }
    owed.push(claimed);
    await memberships.leaveAll(claimed);
    await sockets.remove(claimed, true);
  }
  await connections.remove(connectionId);
  return owed;
}

export async function membersOf({ memberships }: Stores, room: string, namespace = "/"): Promise<Member[]> {
  const members: Member[] = [];
  for (let after = EVERY_SID.after; after < EVERY_SID.upTo; ) {
    const page = await memberships.members(namespace, room, { after, upTo: EVERY_SID.upTo });
    members.push(...page.members);
    after = page.upTo;
  }
  return members;
}

export async function sidsIn(stores: Stores, room: string, namespace = "/"): Promise<string[]> {
  return (await membersOf(stores, room, namespace)).map(({ sid }) => sid);
}

export async function loadSocket(
  { connections }: Stores,
  socket: SocketRecord,
): Promise<SocketRecord | undefined> {
  const loaded = await connections.load(socket.connectionId);
  return loaded?.sockets.find(({ namespace }) => namespace === socket.namespace);
}
