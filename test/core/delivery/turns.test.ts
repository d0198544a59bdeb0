import { Decoder } from "socket.io-parser";
import { Server } from "../../../lambdas/core";
import type { Gateway } from "../../../lambdas/core/ports";
import { decodeEngineFrame } from "../../../lambdas/protocol/engine-io";
import { Barrier } from "../../support/barrier";
import { type Client, CoreService } from "../../support/core-service";
import { VirtualTime } from "../../support/virtual-time";

const BYTES = [Buffer.from("first"), Buffer.from("second")];

/** `/` and `/files` of one client; whoever sends `text` or `bytes` makes the service post to everyone there. */
function app(isBinary: boolean) {
  const io = new Server();
  const files = io.of("/files");
  files.binary = isBinary;
  for (const nsp of [io, files]) {
    nsp.on("connection", (socket) => socket.join("room"));
    nsp.on("text", () => nsp.to("room").emit("text", "…"));
    nsp.on("bytes", () => nsp.to("room").emit("bytes", ...BYTES));
    nsp.on("answer", (_socket, ack) => ack("…"));
    nsp.on("leave", (socket) => socket.disconnect());
  }
  return io;
}

async function watched(isBinary: boolean, namespaces: readonly string[]) {
  const service = new CoreService(app(isBinary));
  const receiver = await service.socketIo(namespaces[0]);
  for (const namespace of namespaces.slice(1)) await receiver.send(`40${namespace}`);
  const sender = await service.socketIo("/files");
  await sender.send("40");
  receiver.take();
  sender.take();
  return { service, receiver, sender };
}

/** What the client's decoder says to the frames: how many packets, or the error it drops its connection for. */
function decoded(frames: readonly string[]): number | string {
  let packets = 0;
  const decoder = new Decoder();
  decoder.on("decoded", () => packets++);
  try {
    for (const frame of frames) {
      const packet = decodeEngineFrame(frame);
      decoder.add("data" in packet ? packet.data : undefined);
    }
    return packets;
  } catch (error) {
    return error instanceof Error ? error.message : "an error";
  }
}

/** Holds the receiver's first attachment back: a Lambda is between the frames of a binary packet. */
function holdAttachment(service: CoreService, { connectionId }: Client) {
  const reached = new Barrier();
  const released = new Barrier();
  const gateway: { post: Gateway["post"] } = service.services.gateway;
  const post = gateway.post;
  gateway.post = async (recipient, frame) => {
    if (recipient.connectionId === connectionId && frame.startsWith("b")) {
      reached.open();
      await released.passed;
    }
    return post(recipient, frame);
  };
  return { reached, released };
}

/** A few looks whether it is one's turn yet. */
async function someTime(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("[S6] a Lambda that posts while another is in the middle of a binary packet", () => {
  const namespaces = ["/", "/files"];

  async function interleaved(
    isBinary: boolean,
    order: readonly string[],
    packet: string,
  ): Promise<number | string> {
    const { service, receiver, sender } = await watched(isBinary, order);
    const { reached, released } = holdAttachment(service, receiver);
    const binary = sender.send('42/files,["bytes"]');
    await reached.passed;
    const asks = packet.includes("answer") || packet.includes("leave");
    const other = (asks ? receiver : sender).send(packet);
    await someTime();
    released.open();
    await Promise.all([binary, other]);
    return decoded(receiver.take());
  }

  const packets = [
    '42["text"]',
    '42/files,["text"]',
    '42["bytes"]',
    '42/files,["bytes"]',
    '421["answer"]',
    '42["leave"]',
  ];

  test.each(packets)("breaks the client with %s, where the namespace declares nothing", async (packet) => {
    expect(await interleaved(false, namespaces, packet)).toMatch(
      "plaintext data when reconstructing a packet",
    );
  });

  test.each(packets)("waits with %s, where it declares binary", async (packet) => {
    expect(await interleaved(true, namespaces, packet)).toBe(2);
  });

  test("waits whichever namespace the client connected to first", async () => {
    for (const packet of packets) expect(await interleaved(true, [...namespaces].reverse(), packet)).toBe(2);
  });
});

describe("[S6] 200 Lambdas that post at once, each post on its way for up to 120 ms", () => {
  async function crowded(isBinary: boolean): Promise<{ answer: number | string; cut: readonly string[] }> {
    const { service, receiver, sender } = await watched(isBinary, ["/", "/files"]);
    const time = new VirtualTime(service);
    const gateway: { post: Gateway["post"] } = service.services.gateway;
    const post = gateway.post;
    let posts = 0;
    gateway.post = async (recipient, frame) => {
      posts += 1;
      await time.pause((posts % 4) * 40);
      return post(recipient, frame);
    };
    const texts = Array.from({ length: 200 }, (_, n) => (n % 20 === 0 ? '42/files,["bytes"]' : '42["text"]'));
    await time.run(Promise.all(texts.map((frame) => sender.send(frame))));
    return { answer: decoded(receiver.take()), cut: service.cut };
  }

  test("break a client where nothing is declared", async () => {
    expect((await crowded(false)).answer).toMatch("reconstructing");
  });

  test("break none where binary is declared, and nothing is lost", async () => {
    expect(await crowded(true)).toEqual({ answer: 200, cut: [] });
  });
});

describe("[S6] packets with Buffers for half a minute, each of another Lambda, each post on its way for 15 ms", () => {
  const SECONDS = 30;

  async function stream(packetsPerSecond: number): Promise<{ arrived: number | string; unsent: number }> {
    const { service, receiver, sender } = await watched(true, ["/files"]);
    await sender.send("41/files,");
    const other = await service.connection({ query: { namespace: "/files" } });
    const time = new VirtualTime(service);
    const gateway: { post: Gateway["post"] } = service.services.gateway;
    const post = gateway.post;
    gateway.post = async (recipient, frame) => {
      await time.pause(15);
      return post(recipient, frame);
    };
    const packets = Array.from({ length: SECONDS * packetsPerSecond }, async (_, n) => {
      await time.pause((n * 1_000) / packetsPerSecond);
      await other.send({ event: "bytes" });
    });
    await time.run(Promise.all(packets));
    const unsent = service.log.filter(({ message }) => message === "posts were not sent").length;
    return { arrived: decoded(receiver.take()), unsent };
  }

  test("all arrive at four a second", async () => {
    expect(await stream(4)).toEqual({ arrived: 4 * SECONDS, unsent: 0 });
  });

  test("arrive whole at ten a second, as many as have their turn within 10 s; the log tells of the others", async () => {
    const { arrived, unsent } = await stream(10);
    expect(unsent).toBeGreaterThan(0);
    expect(arrived).toBe(10 * SECONDS - unsent);
  });
});

describe("[S6] CONNECTs to two namespaces that come together, one of them binary", () => {
  function greetingApp(barrier: Barrier) {
    const io = new Server();
    io.on("connection", async (socket) => {
      await barrier.passed;
      socket.emit("text", "…");
    });
    io.of("/refusing").use(async (_socket, next) => {
      await barrier.passed;
      next(new Error("no"));
    });
    io.of(/^\/files/).binary = true;
    io.of(/^\/files/).on("connection", (socket) => socket.emit("bytes", ...BYTES));
    return io;
  }

  test("wait for each other with their answers and emits", async () => {
    const barrier = new Barrier();
    const service = new CoreService(greetingApp(barrier));
    const client = await service.connection({ query: { EIO: "4", transport: "websocket" } });
    client.take();
    const { reached, released } = holdAttachment(service, client);
    const connecting = ["40", "40/refusing", "40/files"].map((frame) => client.send(frame));
    await reached.passed;
    barrier.open();
    await someTime();
    released.open();
    await Promise.all(connecting);
    const frames = client.take();
    expect(frames.filter((frame) => !frame.startsWith("b"))).toHaveLength(5);
    expect(decoded(frames)).toBe(5);
  });
});

describe("[S6] a look whose turn it is", () => {
  async function looksOf(isBinary: boolean): Promise<number> {
    const { service, sender } = await watched(isBinary, ["/"]);
    await sender.drop();
    const other = await service.socketIo();
    const look = jest.spyOn(service.services.turns, "takenUntil");
    await other.send('42["text"]');
    return look.mock.calls.length;
  }

  test("is taken for each client, where any namespace of the app is binary", async () => {
    expect(await looksOf(true)).toBe(2);
  });

  test("costs nobody anything, where none is", async () => {
    expect(await looksOf(false)).toBe(0);
  });
});

test("binary is declared while the app module loads, and not later", () => {
  const io = new Server();
  io.binary = true;
  const files = io.of("/files");
  expect([io.binary, files.binary]).toEqual([true, false]);
  new CoreService(io);
  expect(() => {
    files.binary = true;
  }).toThrow("binary after the app module has loaded");
});

test("[S6] a turn that its Lambda did not live to end makes others wait, and ends", async () => {
  const { service, receiver, sender } = await watched(true, ["/files"]);
  const { connectionId } = receiver;
  const startedAt = service.now;
  await service.services.turns.take(connectionId, { id: "crashed", until: startedAt + 5_000 });
  await sender.send('42/files,["text"]');
  expect(receiver.take()).toEqual(['42/files,["text","…"]']);
  expect(service.now).toBeGreaterThanOrEqual(startedAt + 5_000);
});
