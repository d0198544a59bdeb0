import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { mapKey } from "../../../lambdas/aws/dynamodb/items";
import { createStores, type Stores } from "../../../lambdas/aws/dynamodb/stores";
import { Table } from "../../../lambdas/aws/dynamodb/table";
import { createTestTable, readTable, useDynalite } from "../../support/dynamodb";
import { intercept } from "./interleavings";
import { CONNECTED_AT, connect, disconnect, membersOf, socketRecord, stampAt } from "./records";

const EXPIRES_AT = CONNECTED_AT / 1_000 + 130 * 60;

const database = useDynalite();
let tableName: string;
let requests: string[];
let stores: Stores;

beforeEach(async () => {
  tableName = await createTestTable(database.client);
  requests = [];
  const counted = intercept(database.client, (send, commandName) => {
    requests.push(commandName.replace("Command", ""));
    return send();
  });
  stores = createStores({
    client: counted,
    tableName,
    now: () => CONNECTED_AT + 90_000,
    maxRoomsPerSocket: 100,
  });
});

describe("the table", () => {
  it("holds a connection as documented", async () => {
    const socket = await connect(stores, { userId: "ada", claims: { sub: "ada" }, data: { name: "Ada" } });
    await stores.memberships.join(socket, "chat", stampAt(90_000));
    const items = await readTable(database.client, tableName);
    const { connectionId, sid, protocol, connectedAt } = socket;
    const common = { protocol, connectedAt, expiresAt: EXPIRES_AT };
    const membership = { ...common, sk: sid, connectionId };
    const expected = [
      { ...common, pk: expect.stringMatching(/^BEAT#\d+$/), sk: connectionId },
      { ...common, pk: `CONN#${connectionId}`, sk: "CONN" },
      {
        ...common,
        pk: `CONN#${connectionId}`,
        sk: "SOCK#%2F",
        namespace: "/",
        sid,
        stamp: stampAt(10),
        userId: "ada",
        claims: '{"sub":"ada"}',
        data: { "=name": '"Ada"' },
        rooms: { "=chat": stampAt(90_000) },
        left: {},
      },
      { pk: `CONN#${connectionId}`, sk: "ZHAND", handshake: expect.any(String), expiresAt: EXPIRES_AT },
      { ...membership, pk: expect.stringMatching(/^ROOM#%2F#@all#\d+$/), stamp: stampAt(10) },
      { ...membership, pk: `ROOM#%2F#${sid}`, stamp: stampAt(10) },
      { ...membership, pk: "ROOM#%2F#@user:ada", stamp: stampAt(10) },
      { ...membership, pk: "ROOM#%2F#chat", stamp: stampAt(90_000) },
    ];
    expect(items).toHaveLength(expected.length);
    expect(items).toEqual(expect.arrayContaining(expected));
  });

  it("is asked no more often than it must be", async () => {
    const cost = async (work: () => Promise<unknown>) => {
      requests.length = 0;
      await work();
      return requests.join(" ");
    };
    const { connections, sockets, memberships } = stores;
    const socket = await connect(stores, { userId: "ada" });
    const next = socketRecord({ sid: "@next", namespace: "/next" });
    expect(await cost(() => sockets.create(next))).toBe("Put BatchWrite Query Update");
    expect(await cost(() => memberships.join(socket, "chat", stampAt(20)))).toBe("Update Put Query");
    expect(await cost(() => memberships.leave(socket, "chat", stampAt(30)))).toBe("Update Delete");
    expect(await cost(() => connections.load(socket.connectionId))).toBe("Query");
    expect(await cost(() => sockets.saveData(socket, { a: 1, b: 2 }))).toBe("Update");
    expect(await cost(() => sockets.authenticate(socket, { userId: "ada" }))).toBe("Update Put Query");
    await sockets.remove(next);
    // The BatchGetItem is for the room that was left.
    expect(await cost(() => disconnect(stores, socket.connectionId))).toBe(
      "Update Update Query Update Delete Delete Delete BatchGetItem Delete BatchWrite Delete",
    );
  });

  it("is asked ten things at once where a socket of many rooms is removed", async () => {
    let [underWay, most] = [0, 0];
    const watched = intercept(database.client, async (send) => {
      most = Math.max(most, ++underWay);
      return send().finally(() => underWay--);
    });
    const rooms = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`room ${n}`, stampAt(20)]));
    const { sockets } = createStores({ client: watched, tableName, now: () => 0, maxRoomsPerSocket: 100 });
    await sockets.remove(socketRecord({ closedFor: "transport close", rooms }));
    expect(most).toBe(10);
  });

  it("pages through a room of 2,500 members, in one partition and in sixteen", async () => {
    const sids = Array.from({ length: 2_500 }, (_, index) => `@${String(index).padStart(20, "0")}`);
    const table = new Table(database.client, tableName);
    const shard = (index: number) => `ROOM#%2F#@all#${index % 16}`;
    const writes = sids.flatMap((sk, index) =>
      ["ROOM#%2F#big", shard(index)].map((pk) => {
        const member = { connectionId: `c${index}`, protocol: "json", connectedAt: CONNECTED_AT };
        return { put: { pk, sk, ...member, stamp: stampAt(10), expiresAt: EXPIRES_AT } };
      }),
    );
    await table.writeAll(writes);
    for (const room of ["big", "@all"]) {
      expect((await membersOf(stores, room)).map(({ sid }) => sid)).toEqual(sids);
    }
    const first = await stores.memberships.members("/", "big", { after: "@", upTo: "A" });
    expect(first.members.map(({ sid }) => sid)).toEqual(sids.slice(0, 1_000));
    expect(first.upTo).toBe(sids[999]);
    const range = { after: sids[2_000] ?? "", upTo: sids[2_400] ?? "" };
    for (const room of ["big", "@all"]) {
      const { members } = await stores.memberships.members("/", room, range);
      expect(members.map(({ sid }) => sid)).toEqual(sids.slice(2_001, 2_401));
    }
    const asked = [...sids.slice(2_300), "@nobody"];
    expect([...(await stores.memberships.present("/", "big", asked))].sort()).toEqual(sids.slice(2_300));
  });

  it("loses its old tombstones while a socket leaves ever new rooms", async () => {
    const socket = await connect(stores);
    for (let index = 0; index < 45; index++)
      await stores.memberships.leave(socket, `room ${index}`, stampAt(index));
    const item = (await readTable(database.client, tableName)).find(({ sk }) => sk === "SOCK#%2F");
    const expected = [40, 41, 42, 43, 44].map((index) => [mapKey(`room ${index}`), stampAt(index)]);
    expect(item?.left).toEqual(Object.fromEntries(expected));
  });

  it("gets again what DynamoDB left unprocessed", async () => {
    let isThrottled = true;
    const throttled = intercept(database.client, async (send, _, command) => {
      if (!isThrottled || !(command instanceof BatchWriteCommand)) return send();
      isThrottled = false;
      const [first, ...rest] = command.input.RequestItems?.[tableName] ?? [];
      await database.client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: first ? [first] : [] } }),
      );
      return { UnprocessedItems: { [tableName]: rest } };
    });
    await new Table(throttled, tableName).writeAll(["a", "b", "c"].map((sk) => ({ put: { pk: "p", sk } })));
    expect((await readTable(database.client, tableName)).map(({ sk }) => sk)).toEqual(["a", "b", "c"]);
  });

  it("reports an outage instead of taking it for an answer", async () => {
    const missing = createStores({
      client: database.client,
      tableName: "missing",
      now: () => 0,
      maxRoomsPerSocket: 1,
    });
    const socket = socketRecord();
    await expect(missing.sockets.create(socket)).rejects.toThrow("not found");
    await expect(missing.memberships.join(socket, "chat", stampAt(20))).rejects.toThrow("not found");
    await expect(missing.sockets.claim(socket, "forced close")).rejects.toThrow("not found");
    await expect(membersOf(missing, "@all")).rejects.toThrow("not found");
  });
});
