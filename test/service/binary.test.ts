import { join } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { io as connect, type Socket } from "socket.io-client";
import { type LocalAws, startLocalAws } from "../support/local-aws";
import { next } from "../support/next-event";

const APP = join(__dirname, "fixtures", "binary-app.ts");

let local: LocalAws;
const clients: Socket[] = [];

beforeAll(async () => {
  local = await startLocalAws({ context: { app: APP } });
});

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

afterAll(() => local?.stop());

/** Each on a connection of its own, or in another namespace on that of `shared`. */
async function client(namespace: string, shared?: Socket): Promise<Socket> {
  const socket = shared
    ? shared.io.socket(namespace, {})
    : connect(`${local.ioUrl}${namespace}`, {
        transports: ["websocket"],
        forceBase64: true,
        forceNew: true,
        reconnection: false,
      });
  clients.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("connect_error", reject);
  });
  return socket;
}

describe("[S15] a client with forceBase64", () => {
  test("sends a Buffer, and gets it back in an event", async () => {
    const socket = await client("/");
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const echoed = next(socket, "echoed");
    socket.emit("echo", "before", { deep: [bytes] }, "after");
    expect(await echoed).toEqual(["before", { deep: [bytes] }, "after"]);
  });

  test("gets it back in an ack, once for each of many events", async () => {
    const socket = await client("/files");
    for (let round = 0; round < 10; round++) {
      const bytes = Buffer.from(`round ${round}`);
      expect(await socket.timeout(10_000).emitWithAck("echo", bytes)).toEqual(bytes);
    }
  });

  test("sends 20 KB and an empty Buffer", async () => {
    const socket = await client("/");
    for (const bytes of [Buffer.alloc(20_000, "x"), Buffer.alloc(0)]) {
      expect(await socket.timeout(10_000).emitWithAck("echo", bytes)).toEqual(bytes);
    }
  });

  test("is cut where nothing tells the order of its Buffers, and never gets them swapped", async () => {
    const socket = await client("/");
    const echoed = next(socket, "echoed").then(([one, two]) => `${one} ${two}`);
    const dropped = next(socket, "disconnect").then(([reason]) => String(reason));
    socket.emit("echo", Buffer.from("one"), Buffer.from("two"));
    expect(["one two", "transport close"]).toContain(await Promise.race([echoed, dropped]));
  });

  test("leaves nothing behind, whether its parts came together or not", async () => {
    const socket = await client("/");
    await socket.timeout(10_000).emitWithAck("echo", Buffer.from("whole"));
    const engine = socket.io.engine;
    engine.write('51-["echo",{"_placeholder":true,"num":0}]');
    await socket.timeout(10_000).emitWithAck("echo", "handled meanwhile");
    socket.disconnect();
    engine.close();
    await empty();
  });
});

describe("[S6] text and binary events that many Lambdas post to one client at once", () => {
  /** What the receiver, in `/` and in the namespace, got of so many events until all senders have their acks. */
  async function crowd(namespace: string, senders: number, rounds: number) {
    const receiver = await client("/");
    const inNamespace = await client(namespace, receiver);
    const got = { text: 0, bytes: [] as unknown[], dropped: undefined as string | undefined };
    receiver.on("disconnect", (reason) => {
      got.dropped = reason;
    });
    for (const socket of [receiver, inNamespace]) socket.on("text", () => got.text++);
    inNamespace.on("bytes", (number, first, { second }) =>
      got.bytes.push([number, String(first), String(second)]),
    );
    const texts = await Promise.all(
      Array.from({ length: senders }, (_, n) => client(n % 2 ? "/" : namespace)),
    );
    const binary = await client(namespace);
    await Promise.all([
      ...texts.map(async (socket) => {
        for (let n = 0; n < rounds; n++) await socket.timeout(30_000).emitWithAck("text", n);
      }),
      (async () => {
        for (let n = 0; n < rounds / 2; n++) await binary.timeout(30_000).emitWithAck("bytes", n);
      })(),
    ]);
    if (receiver.connected) await receiver.timeout(30_000).emitWithAck("echo", "fence");
    return got;
  }

  test("break none where the namespace declares binary", async () => {
    const got = await crowd("/files", 4, 20);
    expect(got.dropped).toBeUndefined();
    expect(got.bytes).toEqual(Array.from({ length: 10 }, (_, n) => [n, `first ${n}`, `second ${n}`]));
    expect(got.text).toBe(80);
    expect(local.failures()).toEqual([]);
  }, 120_000);
});

/** Resolves when the table holds nothing of any connection: the last disconnect is handled. */
async function empty(): Promise<void> {
  const dynamodb = new DynamoDBClient(local.sdkConfig);
  const TableName = Object.entries(local.outputs).find(([name]) => name.endsWith("TableName"))?.[1];
  for (let isEmpty = false; !isEmpty; ) {
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    isEmpty = !Items.some(({ pk }) => pk?.S?.match(/^(CONN|ROOM)#/));
  }
  dynamodb.destroy();
}
