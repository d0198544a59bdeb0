import { Server } from "../../../lambdas/core";
import { heartbeat } from "../../../lambdas/core/heartbeat/heartbeat";
import { push } from "../../../lambdas/core/push/push";
import { CoreService } from "../../support/core-service";

const UNSENT = ["unknown", "throttled", "failed"] as const;
const MINUTE = 60_000;

/** An app with two namespaces, and a client that is in both and, in `/`, in a room. */
async function scene() {
  const io = new Server();
  const heard: string[] = [];
  for (const nsp of [io, io.of("/other")]) {
    nsp.on("connection", (socket) => socket.join("room"));
    nsp.on("disconnect", (_socket, reason) => heard.push(`${nsp.name} ${reason}`));
    nsp.on("bye", (socket, close) => socket.disconnect(Boolean(close)));
  }
  io.on("all", () => io.in("room").disconnectSockets());
  const service = new CoreService(io);
  const client = await service.socketIo();
  await client.send("40/other");
  client.take();
  return { service, client, heard };
}

function operate(service: CoreService, input: Record<string, unknown>) {
  service.tick();
  return push(service.services, { rooms: ["room"], ...input });
}

function failingInvocations(service: CoreService): () => void {
  const { disconnect } = service.services.invoker;
  service.services.invoker.disconnect = () => Promise.reject(new Error("Lambda answered 503"));
  return () => {
    service.services.invoker.disconnect = disconnect;
  };
}

describe("a client that may not have heard that it was disconnected", () => {
  test.each(UNSENT)("is cut, since it would go on as if it were connected: %s", async (outcome) => {
    const { service, client, heard } = await scene();
    service.services.gateway.post = async () => outcome;
    expect(await operate(service, { disconnect: true })).toMatchObject({ done: 1 });
    await service.settle();
    expect(service.cut).toEqual([client.connectionId]);
    expect(heard.sort()).toEqual(["/ server namespace disconnect", "/other transport close"]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("is cut when its own listener did it", async () => {
    const { service, client } = await scene();
    service.services.gateway.post = async () => "unknown";
    await client.send('42["bye"]');
    await service.settle();
    expect(service.cut).toEqual([client.connectionId]);
  });
});

test("a client that cannot be connected is cut by disconnect where API Gateway refuses to cut it at once", async () => {
  const { service, client } = await scene();
  const { stores } = service;
  const { close } = service.services.gateway;
  service.services.gateway.close = () => Promise.reject(new Error("API Gateway answered 429"));
  const { create } = stores.sockets;
  stores.sockets.create = () => Promise.reject(new Error("the table is away"));
  const other = await service.connection({ query: { EIO: "4", transport: "websocket" } });
  await other.send("40");
  stores.sockets.create = create;
  service.services.gateway.close = close;
  await service.settle();
  expect(service.cut).toEqual([other.connectionId]);
  expect(service.cut).not.toContain(client.connectionId);
});

describe("[S14] a disconnect that closes the connection", () => {
  test.each([
    ["by the socket's listener", '42["bye",true]'],
    ["by one of another namespace", '42/other,["bye",true]'],
  ])("tells every namespace before: %s", async (_by, packet) => {
    const { service, client, heard } = await scene();
    const { close } = service.services.gateway;
    const toldBefore: string[][] = [];
    service.services.gateway.close = (connectionId) => {
      toldBefore.push(client.take().sort());
      return close(connectionId);
    };
    await client.send(packet);
    await service.settle();
    expect(toldBefore[0]).toEqual(["41", "41/other,"]);
    expect(toldBefore.slice(1).flat()).toEqual([]);
    expect(heard.sort()).toEqual(["/ server namespace disconnect", "/other server namespace disconnect"]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("tells no namespace that its client has left", async () => {
    const { service, client } = await scene();
    await client.send("41/other");
    await operate(service, { disconnect: "close" });
    expect(client.take()).toEqual(["41"]);
  });
});

describe("a disconnect that cannot be handed over", () => {
  test.each([true, "close"])("ends the connection: %j", async (disconnect) => {
    const { service, client, heard } = await scene();
    const mend = failingInvocations(service);
    await expect(operate(service, { disconnect })).rejects.toThrow("503");
    expect(service.cut).toEqual([client.connectionId]);
    mend();
    await client.drop();
    expect(heard).toContain("/ server namespace disconnect");
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("brings the heartbeat where the connection's end is not heard of", async () => {
    const { service, client, heard } = await scene();
    const mend = failingInvocations(service);
    service.services.gateway.close = () => Promise.reject(new Error("forbidden"));
    await client.send('42["bye"]');
    mend();
    service.services.gateway.close = async () => "closed";
    service.now += MINUTE;
    await heartbeat({ ...service.services, runs: service.stores.runs });
    await service.settle();
    expect(heard.sort()).toEqual(["/ server namespace disconnect", "/other transport close"]);
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("ends the connection when it is the client that leaves", async () => {
    const { service, client } = await scene();
    failingInvocations(service);
    await expect(client.send("41")).rejects.toThrow("503");
    expect(service.cut).toEqual([client.connectionId]);
  });
});

describe("a socket that is marked closed, whose closer crashed", () => {
  /** The mark is all that there is of it. */
  async function marked(reason: "server namespace disconnect" | "client namespace disconnect") {
    const set = await scene();
    const { stores } = set.service;
    const [socket] = stores.socketRecords();
    if (!socket) throw new Error("no socket");
    await stores.sockets.close(socket, reason, "9");
    return { ...set, socket };
  }

  test("is told and closed when the disconnect is repeated", async () => {
    const { service, client, heard } = await marked("server namespace disconnect");
    expect(await operate(service, { disconnect: true })).toEqual({ sockets: 1, done: 1, gone: 0, failed: 0 });
    await service.settle();
    expect(client.take()).toEqual(["41"]);
    expect(heard).toEqual(["/ server namespace disconnect"]);
    expect(await operate(service, { event: "news" })).toMatchObject({ recipients: 0 });
    expect(service.cut).toEqual([]);
  });

  test("is closed when a listener repeats it", async () => {
    const { service, heard } = await marked("server namespace disconnect");
    const other = await service.socketIo();
    await other.send('42["all"]');
    await service.settle();
    expect(heard).toEqual(["/ server namespace disconnect", "/ server namespace disconnect"]);
  });

  test("is not told when it was the client that left, and may be connecting again", async () => {
    const { service, client, heard } = await marked("client namespace disconnect");
    await operate(service, { disconnect: true });
    await service.settle();
    expect(client.take()).toEqual([]);
    expect(heard).toEqual(["/ client namespace disconnect"]);
  });

  test("is nobody else's while its listeners are claimed, and for joins it has closed", async () => {
    const { service, client, socket } = await marked("server namespace disconnect");
    await service.stores.sockets.claim(socket, "server namespace disconnect");
    service.now += MINUTE - 1;
    expect(await operate(service, { disconnect: true })).toMatchObject({ done: 0, gone: 1 });
    expect(await operate(service, { disconnect: true })).toMatchObject({ done: 1, gone: 0 });
    expect(await operate(service, { join: ["more"] })).toMatchObject({ done: 0, gone: 1 });
    expect(client.take()).toEqual(["41"]);
  });
});
