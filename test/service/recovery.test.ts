import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { io as connect, type Socket } from "socket.io-client";
import { WebSocket } from "ws";
import { type LocalAws, startLocalAws } from "../support/local-aws";

let service: LocalAws;
let lambda: LambdaClient;
const clients: Socket[] = [];

beforeAll(async () => {
  const context = { app: "test/service/fixtures/recovery-app.ts", recoveryWindow: "4" };
  service = await startLocalAws({ context });
  lambda = new LambdaClient(service.sdkConfig);
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  expect(service.failures()).toEqual([]);
});

afterAll(() => service?.stop());

async function clientOf(user: string): Promise<Socket> {
  const client = connect(service.ioUrl, {
    transports: ["websocket"],
    auth: { token: await service.token({ sub: user }) },
    forceNew: true,
    reconnectionDelay: 300,
    randomizationFactor: 0,
  });
  clients.push(client);
  await connected(client);
  return client;
}

function connected(client: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
  });
}

/** Every event with its arguments but the offset, and the word of each connect. */
function watch(client: Socket): unknown[][] {
  const seen: unknown[][] = [];
  client.onAny((event: string, ...args: unknown[]) => seen.push([event, ...args.slice(0, -1)]));
  client.on("connect", () => seen.push(["connected", client.recovered]));
  return seen;
}

async function say(text: string, target: object = { rooms: ["a"] }): Promise<void> {
  const Payload = JSON.stringify({ ...target, event: "said", data: text });
  await lambda.send(new InvokeCommand({ FunctionName: service.pushFunctionName, Payload }));
}

function received(client: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => client.once(event, (...args) => resolve(args)));
}

/** API Gateway closes the WebSocket, as it does after two hours. */
async function cut(client: Socket): Promise<void> {
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(service.sdkConfig));
  const { TableNames } = await tables.send(new ListTablesCommand({}));
  const key = { pk: `ROOM#%2F#${client.id}`, sk: client.id };
  const { Item } = await tables.send(new GetCommand({ TableName: TableNames?.[0], Key: key }));
  const endpoint = service.webSocketUrl.replace("ws", "http");
  const connections = new ApiGatewayManagementApiClient({ ...service.sdkConfig, endpoint });
  await connections.send(new DeleteConnectionCommand({ ConnectionId: Item?.connectionId }));
}

/** The WebSocket is gone without a word, as when a network is. */
function terminate(client: Socket): Promise<void> {
  return new Promise((resolve) => {
    client.once("disconnect", () => resolve());
    // The `ws` beneath the browser's interface.
    const { transport } = client.io.engine as unknown as { transport: { ws: { terminate(): void } } };
    transport.ws.terminate();
  });
}

describe("a client that was cut off", () => {
  test("[R1, R3, R4] comes back as the same socket, with its rooms and data, and gets what it missed before connect", async () => {
    const client = await clientOf("alice");
    await client.emitWithAck("join", "a");
    await client.emitWithAck("note", "remember me");
    const { id } = client;
    const seen = watch(client);
    await terminate(client);
    const back = connected(client);
    await say("one");
    await say("two", { users: ["alice"] });
    await say("nobody's", { rooms: ["b"] });
    await say("three");
    await back;
    expect(seen).toEqual([
      ["said", "one"],
      ["said", "two"],
      ["said", "three"],
      ["connected", true],
    ]);
    await received(client, "returned");
    expect(seen.at(-1)).toEqual(["returned", true]);
    expect(client.id).toBe(id);
    expect(await client.emitWithAck("who")).toEqual({ id, rooms: [id, "a"].sort(), text: "remember me" });
  });

  test.each([
    ["arrived", "post.500-after" as const, [["said", "one"]]],
    ["did not", "post.reset-before" as const, []],
  ])(
    "[R8] is connected with what it has when nobody knows of a post, which %s, and comes back for the rest",
    async (_what, fault, had) => {
      const client = await clientOf("alice");
      await client.emitWithAck("join", "a");
      const seen = watch(client);
      client.io.reconnection(false);
      await terminate(client);
      for (const word of ["one", "two", "three"]) await say(word);
      const struck = service.aws.faults.next(fault, { function: "message", operation: "PostToConnection" });
      client.io.reconnection(true);
      client.connect();
      await Promise.all([struck, connected(client)]);
      const left = new Promise((resolve) => client.once("disconnect", resolve));
      expect(await left).toBe("transport close");
      await connected(client);
      // What its listener says comes after it: no post is left for the next fault.
      await received(client, "returned");
      const words = ["one", "two", "three"].map((word) => ["said", word]);
      const connects = seen.filter(([event]) => event === "connected");
      expect(seen.filter(([event]) => event !== "returned")).toEqual([
        ...had,
        ["connected", true],
        ...words.slice(had.length),
        ["connected", true],
      ]);
      expect(connects).toHaveLength(2);
    },
  );

  test("[R6] by API Gateway comes back, too, and others hear that it left", async () => {
    const watcher = await clientOf("watcher");
    await watcher.emitWithAck("join", "watchers");
    const client = await clientOf("alice");
    await client.emitWithAck("join", "a");
    const { id } = client;
    const seen = watch(client);
    const gone = received(watcher, "gone");
    const back = connected(client);
    await cut(client);
    expect((await gone).slice(0, 2)).toEqual([id, "transport close"]);
    await say("one");
    await back;
    expect(seen).toEqual([
      ["said", "one"],
      ["connected", true],
    ]);
  });

  test("again and again while others never stop hears every word once and in order", async () => {
    const client = await clientOf("alice");
    const speaker = await clientOf("bob");
    await client.emitWithAck("join", "busy");
    const words: string[] = [];
    const heard: string[] = [];
    const recovered: boolean[] = [];
    client.on("said", (word: string) => heard.push(word));
    client.on("connect", () => recovered.push(client.recovered));
    for (let round = 0; round < 3; round += 1) {
      const cutting = terminate(client).then(() => connected(client));
      for (let isBack = false; !isBack; ) {
        words.push(`word ${words.length}`);
        // Acked, so that the next is emitted later.
        const spoken = speaker.emitWithAck("others", "busy", words.at(-1)).then(() => false);
        isBack = await Promise.race([cutting.then(() => true), spoken]);
        await spoken;
      }
    }
    await speaker.emitWithAck("others", "busy", "the end");
    while (heard.at(-1) !== "the end") await received(client, "said");
    expect(recovered).toEqual([true, true, true]);
    expect(words.length).toBeGreaterThan(10);
    expect(heard).toEqual([...words, "the end"]);
  });
});

describe("what AWS does wrong", () => {
  test("a client that vanished without a word comes back to what it was posted and never got", async () => {
    const client = await clientOf("alice");
    await client.emitWithAck("join", "a");
    const { id } = client;
    const seen = watch(client);
    const { faults } = service.aws;
    const lost = faults.next("post.lost", { function: "push" });
    await say("accepted, and lost");
    await lost;
    const vanished = faults.next("drop.half-open");
    await terminate(client);
    const back = connected(client);
    await say("posted into the void");
    await Promise.all([vanished, back]);
    expect(seen).toEqual([
      ["said", "accepted, and lost"],
      ["said", "posted into the void"],
      ["connected", true],
    ]);
    expect(client.id).toBe(id);
  });

  test.each(["post.500", "post.500-after", "post.reset-after"] as const)(
    "%s: the client is cut, comes back, and has the event once",
    async (fault) => {
      const client = await clientOf("alice");
      await client.emitWithAck("join", "a");
      const seen = watch(client);
      const back = connected(client);
      const struck = service.aws.faults.next(fault, { function: "push" });
      await say("one");
      await Promise.all([struck, back]);
      const heard = received(client, "said");
      await say("two");
      await heard;
      expect(seen.filter(([event]) => event === "said")).toEqual([
        ["said", "one"],
        ["said", "two"],
      ]);
      expect(client.recovered).toBe(true);
    },
  );
});

describe("a client that is not recovered", () => {
  test("[R5] because the window is over is another socket, and has missed what there was", async () => {
    const client = await clientOf("alice");
    await client.emitWithAck("join", "a");
    const { id } = client;
    const seen = watch(client);
    client.io.reconnectionDelay(5_000);
    client.io.reconnectionDelayMax(5_000);
    await terminate(client);
    const greeted = received(client, "returned");
    await say("one");
    await greeted;
    expect(seen).toEqual([
      ["connected", false],
      ["returned", false],
    ]);
    expect(client.id).not.toBe(id);
    expect(await client.emitWithAck("who")).toEqual({ id: client.id, rooms: [client.id] });
  });

  test("[R3, R5] because another user sends its pid is another socket, and hears nothing of the first", async () => {
    const client = await clientOf("alice");
    await client.emitWithAck("join", "a");
    const { id } = client;
    client.auth = { token: await service.token({ sub: "mallory" }) };
    const seen = watch(client);
    await terminate(client);
    const greeted = received(client, "returned");
    await say("secret");
    await greeted;
    expect(client.id).not.toBe(id);
    expect(seen).toEqual([
      ["connected", false],
      ["returned", false],
    ]);
  });
});

describe("on the wire", () => {
  interface Raw {
    readonly socket: WebSocket;
    /** Until the answer to CONNECT, the open packet apart. */
    readonly frames: string[];
  }

  /** Connects to `/` with these members in its auth; again, as a client does, where it is cut before the answer. */
  async function raw(auth: object): Promise<Raw> {
    const token = await service.token({ sub: "alice" });
    for (;;) {
      const socket = new WebSocket(`${service.webSocketUrl}?EIO=4&transport=websocket`);
      const frames: string[] = [];
      const isAnswered = await new Promise<boolean>((resolve) => {
        socket.once("close", () => resolve(false));
        socket.on("message", (data) => {
          const frame = String(data);
          if (frame.startsWith("0")) return socket.send(`40${JSON.stringify({ ...auth, token })}`);
          frames.push(frame);
          if (frame.startsWith("40")) resolve(true);
        });
      });
      if (isAnswered) return { socket, frames };
    }
  }

  const greetingIn = ({ frames }: { readonly frames: readonly string[] }) =>
    JSON.parse(frames.find((frame) => frame.startsWith("40"))?.slice(2) ?? "");

  test("[R1, R2] events end with an offset; without one of ours all since the beginning comes again", async () => {
    const first = await raw({});
    const { pid, sid } = greetingIn(first);
    expect(pid).toMatch(/^[\w-]{20}$/);
    first.socket.terminate();
    await say("one", { sockets: [sid] });
    const second = await raw({ pid, offset: "none of ours" });
    expect(greetingIn(second)).toEqual({ sid, pid });
    expect(second.frames).toEqual([
      expect.stringMatching(/^42\["returned",false,"[0-9a-z]{18}"\]$/),
      expect.stringMatching(/^42\["said","one","[0-9a-z]{18}"\]$/),
      expect.stringMatching(/^40/),
    ]);
    second.socket.terminate();
  });

  test("[R5] a pid that nobody knows is no violation", async () => {
    const client = await raw({ pid: "nobody's", offset: 7 });
    expect(greetingIn(client).pid).not.toBe("nobody's");
    client.socket.terminate();
  });

  test("[R7] of two connections with one pid the later has the socket, and the other is closed", async () => {
    const first = await raw({});
    const { pid, sid } = greetingIn(first);
    const second = await raw({ pid });
    const closed = new Promise((resolve) => second.socket.once("close", resolve));
    const third = await raw({ pid });
    expect([greetingIn(second).sid, greetingIn(third).sid]).toEqual([sid, sid]);
    await closed;
    third.socket.terminate();
  });
});
