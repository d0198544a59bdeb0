import { join } from "node:path";
import { LambdaClient, ResourceNotFoundException } from "@aws-sdk/client-lambda";
import { buildSync } from "esbuild";
import { Emitter, PushError } from "../../emitter";
import { LambdaStub, OPERATED, PUSHED } from "./lambda-stub";

const SID = "@abcdefghij0123456789";

const lambda = new LambdaStub();
let client: LambdaClient;
let emitter: Emitter;

beforeAll(async () => {
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  client = new LambdaClient({ endpoint: await lambda.listen(), region: "eu-west-1", credentials });
  emitter = new Emitter({ functionName: "push", client });
});

afterAll(async () => {
  client.destroy();
  await lambda.close();
});

const NOBODY = { rooms: [], users: [], sockets: [] };
const HELLO = { namespace: "/", exceptRooms: [], event: "hello", args: [] };

describe("chooses", () => {
  const cases: [string, (emitter: Emitter) => Promise<unknown>, object][] = [
    ["everyone", (io) => io.emit("hello"), { everyone: true }],
    ["a room", (io) => io.to("a").emit("hello"), { ...NOBODY, rooms: ["a"] }],
    ["several rooms", (io) => io.to(["a", "b"]).in("c").emit("hello"), { ...NOBODY, rooms: ["a", "b", "c"] }],
    ["nobody, by an empty list of rooms", (io) => io.to([]).emit("hello"), NOBODY],
    ["nobody, by an empty list of users", (io) => io.toUser([]).emit("hello"), NOBODY],
    ["a user", (io) => io.toUser("alice").emit("hello"), { ...NOBODY, users: ["alice"] }],
    ["several users", (io) => io.toUser(["a", "b"]).emit("hello"), { ...NOBODY, users: ["a", "b"] }],
    ["a socket by its id", (io) => io.to(SID).emit("hello"), { ...NOBODY, sockets: [SID] }],
    [
      "rooms, users and sockets together",
      (io) => io.to(["a", SID]).toUser("alice").emit("hello"),
      { rooms: ["a"], users: ["alice"], sockets: [SID] },
    ],
    ["everyone but a room", (io) => io.except("a").emit("hello"), { everyone: true, exceptRooms: ["a"] }],
    [
      "a room but other rooms",
      (io) => io.to("a").except("b").except(["c", "d"]).emit("hello"),
      { ...NOBODY, rooms: ["a"], exceptRooms: ["b", "c", "d"] },
    ],
    ["another namespace", (io) => io.of("/admin").emit("hello"), { everyone: true, namespace: "/admin" }],
    [
      "a user of another namespace",
      (io) => io.of("/admin").toUser("alice").emit("hello"),
      { ...NOBODY, users: ["alice"], namespace: "/admin" },
    ],
  ];

  it.each(cases)("%s", async (_, emit, chosen) => {
    await expect(emit(emitter)).resolves.toEqual(PUSHED);
    expect(lambda.payloads()).toEqual([{ ...HELLO, ...chosen }]);
  });
});

describe("moves and disconnects", () => {
  const A = { namespace: "/", ...NOBODY, rooms: ["a"], exceptRooms: [] };
  const cases: [string, (emitter: Emitter) => Promise<unknown>, object][] = [
    ["joins a room", (io) => io.in("a").socketsJoin("b"), { ...A, join: ["b"] }],
    ["joins several rooms", (io) => io.in("a").socketsJoin(["b", "c"]), { ...A, join: ["b", "c"] }],
    ["leaves a room", (io) => io.to("a").socketsLeave("b"), { ...A, leave: ["b"] }],
    [
      "a user's sockets",
      (io) => io.toUser("alice").except("b").socketsJoin("c"),
      { ...A, rooms: [], users: ["alice"], exceptRooms: ["b"], join: ["c"] },
    ],
    [
      "everyone, in another namespace",
      (io) => io.of("/admin").disconnectSockets(),
      { namespace: "/admin", everyone: true, exceptRooms: [], disconnect: true },
    ],
    ["disconnects", (io) => io.in("a").disconnectSockets(), { ...A, disconnect: true }],
    ["closes connections", (io) => io.in("a").disconnectSockets(true), { ...A, disconnect: "close" }],
  ];

  it.each(cases)("%s", async (_, operate, payload) => {
    await expect(operate(emitter)).resolves.toEqual(OPERATED);
    expect(lambda.payloads()).toEqual([payload]);
  });

  it("rejects with what the push function refused", async () => {
    const joined = emitter.in("a").socketsJoin("@all");
    await expect(joined).rejects.toThrow(/^join\.0: expected a room name/);
    await expect(joined).rejects.toBeInstanceOf(PushError);
    lambda.payloads();
  });
});

it("excepts a socket by its id", async () => {
  await emitter.except(SID).emit("hello");
  expect(lambda.payloads()).toEqual([{ ...HELLO, everyone: true, exceptRooms: [SID] }]);
});

it("sends all arguments", async () => {
  await emitter.to("a").emit("hello", { text: "hi" }, 2, null);
  expect(lambda.payloads()).toEqual([expect.objectContaining({ args: [{ text: "hi" }, 2, null] })]);
});

it("leaves a broadcast as it is when another one is made of it", async () => {
  const a = emitter.to("a");
  a.to("b").except("c").toUser("alice");
  await a.emit("hello");
  await emitter.emit("hello");
  expect(lambda.payloads()).toEqual([
    { ...HELLO, ...NOBODY, rooms: ["a"] },
    { ...HELLO, everyone: true },
  ]);
});

it("reaches nobody when JavaScript passes undefined for a user or a room", async () => {
  const missing = undefined as unknown as string;
  await expect(emitter.toUser(missing).emit("hello")).rejects.toThrow(/^users\.0: expected a user id/);
  await expect(emitter.to(missing).emit("hello")).rejects.toThrow(/^rooms\.0: expected a room name/);
  lambda.payloads();
});

it("rejects with what the push function refused", async () => {
  const emitted = emitter.of("admin").emit("hello");
  await expect(emitted).rejects.toThrow(/^namespace: expected a name that begins with "\/"/);
  await expect(emitted).rejects.toBeInstanceOf(PushError);
  await expect(emitted).rejects.toMatchObject({ name: "PushError", errorType: "PushError" });
  lambda.payloads();
});

it("says that the push function failed, not the caller's connection", async () => {
  lambda.failure = Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
  const emitted = emitter.emit("hello");
  await expect(emitted).rejects.toThrow(/^the push function failed: TimeoutError: socket hang up$/);
  await expect(emitted).rejects.toMatchObject({ name: "PushError", errorType: "TimeoutError" });
  lambda.failure = undefined;
  lambda.payloads();
});

it("rejects with the SDK's error when there is no such function", async () => {
  const nowhere = new Emitter({ functionName: "nowhere", client });
  await expect(nowhere.emit("hello")).rejects.toBeInstanceOf(ResourceNotFoundException);
});

it("brings none of the server's code into a backend", () => {
  const entryPoints = [join(__dirname, "../../emitter/index.ts")];
  const { metafile } = buildSync({
    entryPoints,
    bundle: true,
    packages: "external",
    platform: "node",
    write: false,
    metafile: true,
  });
  const folders = Object.keys(metafile.inputs).map((file) => file.split("/").slice(0, -1).join("/"));
  expect(new Set(folders)).toEqual(new Set(["emitter"]));
});
