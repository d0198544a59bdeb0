import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type CheckReport, checkTable } from "../../check/check-table";
import { tableReader } from "../../check/read-table";
import {
  connectionKey,
  handshakeKey,
  type Key,
  membershipKey,
  partKey,
  sessionKey,
  shareKey,
  socketKey,
} from "../../lambdas/aws/dynamodb/keys";
import { livenessKey } from "../../lambdas/aws/dynamodb/liveness-items";
import { createStores, type Stores } from "../../lambdas/aws/dynamodb/stores";
import type { SocketRecord } from "../../lambdas/core/records";
import { CONNECTED_AT, connect, disconnect, loadSocket, stampAt } from "../aws/dynamodb/records";
import { createTestTable, useDynalite } from "../support/dynamodb";

const MINUTE = 60_000;
/** Long after everything was written: nothing is in flight any more, and nothing has expired. */
const LATER = CONNECTED_AT + 60 * MINUTE;

const database = useDynalite();
let table: string;
let stores: Stores;
let socket: SocketRecord;
let now: number;

/** One socket of alice in a room of her own choosing and one of bob's: as it should be. */
beforeEach(async () => {
  table = await createTestTable(database.client);
  now = CONNECTED_AT;
  stores = createStores({ client: database.client, tableName: table, now: () => now, maxRoomsPerSocket: 10 });
  socket = await connect(stores, { userId: "alice" });
  await stores.memberships.join(socket, "lobby", stampAt(1_000));
  await connect(stores, { connectionId: "L0SM9cOFvHcCIhx=", sid: "@bcdefghijklmnopqrstu", userId: "bob" });
  now = LATER;
});

function check(options: { readonly passes?: number; readonly settle?: () => Promise<void> } = {}) {
  return checkTable(tableReader(database.client, table), { now: () => now, ...options });
}

function put(item: Key & Readonly<Record<string, unknown>>) {
  return database.client.send(
    new PutCommand({ TableName: table, Item: { expiresAt: LATER / 1_000 + 600, ...item } }),
  );
}

function set(key: Key, name: string, value: unknown) {
  return database.client.send(
    new UpdateCommand({
      TableName: table,
      Key: key,
      UpdateExpression: "SET #name = :value",
      ExpressionAttributeNames: { "#name": name },
      ExpressionAttributeValues: { ":value": value },
    }),
  );
}

function remove(key: Key) {
  return database.client.send(new DeleteCommand({ TableName: table, Key: key }));
}

function seen({ contradictions }: CheckReport): readonly string[] {
  return contradictions.map(({ what, key }) => `${what} ${key.pk} ${key.sk}`).sort();
}

const lobby = () => membershipKey("/", "lobby", socket.sid);
const ID = "L0SM9cOFvHcCIhw=";
const CONN = `CONN#${ID}`;

it("finds nothing where everything fits, and counts it by kind", async () => {
  const { items, ...rest } = await check();
  expect(rest).toEqual({ contradictions: [], inFlight: [], leftovers: {}, expired: {} });
  expect(items).toEqual({ connection: 2, handshake: 2, liveness: 2, socket: 2, membership: 7 });
});

it("finds nothing after rooms were left and everybody has gone", async () => {
  await stores.memberships.leave(socket, "lobby", stampAt(2_000));
  expect(seen(await check())).toEqual([]);
  await disconnect(stores, ID);
  await disconnect(stores, "L0SM9cOFvHcCIhx=");
  expect((await check()).items).toEqual({});
});

const BY_HAND: readonly [name: string, spoil: () => Promise<unknown>, expected: () => readonly string[]][] = [
  [
    "a membership without its socket",
    () => remove(socketKey(socket)),
    () => [
      `socket-missing ${lobby().pk} ${socket.sid}`,
      `socket-missing ${membershipKey("/", socket.sid, socket.sid).pk} ${socket.sid}`,
      `socket-missing ${membershipKey("/", "@all", socket.sid).pk} ${socket.sid}`,
      `socket-missing ${membershipKey("/", "@user:alice", socket.sid).pk} ${socket.sid}`,
    ],
  ],
  [
    "a membership of a room that its socket is not in",
    () => put({ ...membershipKey("/", "attic", socket.sid), connectionId: ID, stamp: stampAt(5) }),
    () => [`room-missing ROOM#%2F#attic ${socket.sid}`],
  ],
  ["a room without its membership", () => remove(lobby()), () => [`membership-missing ${CONN} SOCK#%2F`]],
  [
    "a membership with another stamp",
    () => set(lobby(), "stamp", stampAt(999)),
    () => [`membership-stamp ${lobby().pk} ${socket.sid}`],
  ],
  [
    "a membership with another connection",
    () => set(lobby(), "connectionId", "L0SM9cOFvHcCIhx="),
    () => [`membership-elsewhere ${lobby().pk} ${socket.sid}`, `socket-missing ${lobby().pk} ${socket.sid}`],
  ],
  [
    "a membership that does not know that its connection is protected",
    () => set(connectionKey(ID), "isProtected", true).then(() => set(lobby(), "isProtected", true)),
    () => [
      `membership-unprotected ${membershipKey("/", socket.sid, socket.sid).pk} ${socket.sid}`,
      `membership-unprotected ${membershipKey("/", "@all", socket.sid).pk} ${socket.sid}`,
      `membership-unprotected ${membershipKey("/", "@user:alice", socket.sid).pk} ${socket.sid}`,
    ],
  ],
  [
    "a socket, a handshake and parts without their connection, which the heartbeat still has",
    async () => {
      await put({ ...partKey(ID, stampAt(7)), arrivedAt: CONNECTED_AT + 7 });
      await remove(connectionKey(ID));
    },
    () => [
      `connection-missing ${livenessKey(ID).pk} ${ID}`,
      `connection-missing ${CONN} BIN#${stampAt(7)}`,
      `connection-missing ${CONN} SOCK#%2F`,
      `connection-missing ${CONN} ZHAND`,
    ],
  ],
  [
    "a connection that the heartbeat does not know",
    () => remove(livenessKey(ID)),
    () => [`liveness-missing ${CONN} CONN`],
  ],
  [
    "a connection without its handshake",
    () => remove(handshakeKey(ID)),
    () => [`handshake-missing ${CONN} CONN`],
  ],
  [
    "a liveness outside of its shard",
    async () => {
      await remove(livenessKey(ID));
      await put({ pk: "BEAT#99", sk: ID, connectedAt: CONNECTED_AT });
    },
    () => [`liveness-misplaced BEAT#99 ${ID}`],
  ],
  [
    "a connection that was closed without the heartbeat's knowing",
    () => set(connectionKey(ID), "closedFor", "transport close"),
    () => [`closing-unlisted ${CONN} CONN`],
  ],
  [
    "a closed connection that nobody cleans up",
    async () => {
      await set(connectionKey(ID), "closedFor", "transport close");
      await set(livenessKey(ID), "closedAt", LATER - 5 * MINUTE);
    },
    () => [`closing-stuck ${CONN} CONN`],
  ],
  [
    "a closed socket that nobody removes",
    () => set(socketKey(socket), "closedFor", "server namespace disconnect"),
    () => [`socket-stuck ${CONN} SOCK#%2F`],
  ],
  ["an item of no kind", () => put({ pk: "WHAT#1", sk: "WHAT" }), () => ["unknown-kind WHAT#1 WHAT"]],
  [
    "an item that never expires",
    () => put({ pk: "SEEN#1", sk: "SEEN", expiresAt: undefined }),
    () => ["never-expires SEEN#1 SEEN"],
  ],
  [
    "an item that should long have been deleted",
    () => put({ pk: "SEEN#1", sk: "SEEN", expiresAt: LATER / 1_000 - 8 * 24 * 3_600 }),
    () => ["long-expired SEEN#1 SEEN"],
  ],
];

it.each(BY_HAND)("finds %s", async (_name, spoil, expected) => {
  await spoil();
  expect(seen(await check())).toEqual([...expected()].sort());
});

it("finds the same in several passes, each over its share of the connections", async () => {
  await remove(lobby());
  await remove(livenessKey("L0SM9cOFvHcCIhx="));
  const [whole, shares] = [await check(), await check({ passes: 3 })];
  expect(whole.contradictions).toHaveLength(2);
  expect(seen(shares)).toEqual(seen(whole));
  expect(shares.items).toEqual(whole.items);
});

it("leaves to whoever may be at it what is young", async () => {
  now = CONNECTED_AT + 20_000;
  await remove(lobby());
  const { contradictions, inFlight } = await check();
  expect(contradictions).toEqual([]);
  expect(inFlight).toMatchObject([{ what: "membership-missing", ageSeconds: 19, mayBeInFlight: true }]);
});

it("counts after a second look only what both found", async () => {
  await remove(livenessKey(ID));
  await remove(lobby());
  const settle = async () => {
    await put({ ...livenessKey(ID), connectedAt: CONNECTED_AT });
    await remove(handshakeKey(ID));
  };
  expect(seen(await check({ settle }))).toEqual([`membership-missing ${CONN} SOCK#%2F`]);
});

it("takes expired items for what they are: TTL's, and no part of anything", async () => {
  now = CONNECTED_AT + 24 * 60 * MINUTE;
  const { contradictions, expired } = await check();
  expect(contradictions).toEqual([]);
  expect(expired).toEqual({ connection: 2, handshake: 2, liveness: 2, socket: 2, membership: 7 });
});

it("names harmless remains of Lambdas that ended early", async () => {
  await set(connectionKey(ID), "turnId", "a");
  await set(connectionKey(ID), "turnUntil", LATER - MINUTE);
  await put({ pk: "ACK#1", sk: socket.sid, connectionId: ID, awaitedUntil: LATER - MINUTE });
  await put({ pk: "SEEN#1", sk: "SEEN", isDone: false, claimedUntil: LATER - MINUTE });
  await put({ ...shareKey({ deliveryId: "1", index: 0 }), isFinished: false, claimedUntil: LATER - MINUTE });
  await put({ ...shareKey({ deliveryId: "1", index: 1 }), isFinished: true, claimedUntil: LATER - MINUTE });
  await put({ ...sessionKey("waiting"), connectionId: "L0SM9cOFvHcCIhy=", parkedBy: "L0SM9cOFvHcCIhy=" });
  await set(socketKey(socket), "pid", "used");
  await put({ ...sessionKey("used"), connectionId: ID });
  await put({ ...sessionKey("astray"), connectionId: ID });
  const { contradictions, leftovers } = await check();
  expect(contradictions).toEqual([]);
  expect(leftovers).toEqual({
    "a recovery session without a socket": 1,
    "a share of a delivery that nobody finished": 1,
    "a turn to post that has run out": 1,
    "an ack that nobody waits for any more": 1,
    "an attempt that never came to its end": 1,
  });
});

it("reads rooms and keys of any name", async () => {
  for (const room of ["__proto__", "a#b", "=x", "%2F", "🙂"])
    await stores.memberships.join(socket, room, stampAt(3_000));
  const current = await loadSocket(stores, socket);
  expect(Object.keys(current?.rooms ?? {})).toHaveLength(6);
  expect(seen(await check())).toEqual([]);
});

/** One client after the other comes, joins, leaves a room and goes. */
async function busy(worker: number, isOver: () => boolean, done: () => void): Promise<void> {
  for (let round = 0; !isOver(); round += 1) {
    const name = `${worker}${String(round).padStart(9, "0")}`;
    const one = await connect(stores, { connectionId: `L0SM9${name}=`, sid: `@${name.padEnd(20, "x")}` });
    await Promise.all(["a", "b", "c"].map((room) => stores.memberships.join(one, room, stampAt(20))));
    await stores.memberships.leave(one, "b", stampAt(30));
    await disconnect(stores, one.connectionId);
    done();
  }
}

it("finds nothing in a healthy table that changes while it is read, however old its items look", async () => {
  let isOver = false;
  const rounds = [0, 0, 0, 0];
  const work = rounds.map((_none, worker) =>
    busy(
      worker,
      () => isOver,
      () => {
        rounds[worker] = (rounds[worker] ?? 0) + 1;
      },
    ),
  );
  // By then whatever the first look met half-way has come to its end.
  const settle = async () => {
    const targets = rounds.map((count) => count + 2);
    while (rounds.some((count, worker) => count < (targets[worker] ?? 0))) await check();
  };
  const looks = { atOnce: 0, settled: [] as readonly string[] };
  for (let look = 0; look < 4; look += 1) {
    looks.atOnce += (await check()).contradictions.length;
    looks.settled = [...looks.settled, ...seen(await check({ settle }))];
  }
  isOver = true;
  await Promise.all(work);
  expect(looks.settled).toEqual([]);
  // Or there was nothing to be settled.
  expect(looks.atOnce).toBeGreaterThan(0);
});
