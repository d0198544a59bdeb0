import { Server } from "../../../lambdas/core";
import { type Client, CoreService } from "../../support/core-service";
import { VirtualTime } from "../../support/virtual-time";

/** What listeners got, as text: Buffers are `<text>`. */
function listening() {
  const io = new Server();
  const heard: string[] = [];
  const note = (event: string, args: unknown[]) => heard.push([event, ...args.map(shown)].join(" "));
  for (const event of ["one", "two"]) {
    io.on(event, (_socket, ...args) => {
      const ack = args.at(-1);
      note(
        event,
        args.filter((arg) => typeof arg !== "function"),
      );
      if (typeof ack === "function") ack(Buffer.from("ok"));
    });
  }
  return { io, heard };
}

function shown(value: unknown): string {
  return Buffer.isBuffer(value) ? `<${value}>` : JSON.stringify(value, (_key, inner) => inner);
}

function header(event: string, count: number): string {
  const placeholders = Array.from({ length: count }, (_, num) => ({ _placeholder: true, num }));
  return `45${count}-${JSON.stringify([event, ...placeholders])}`;
}

function attachment(text: string): string {
  return `b${Buffer.from(text).toString("base64")}`;
}

/** Frames as they reached API Gateway, so many milliseconds after each other. */
type Sent = readonly [frame: string, afterMs: number];

function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

async function connected() {
  const { io, heard } = listening();
  const service = new CoreService(io);
  const client = await service.socketIo();
  client.take();
  return { service, client, heard, start: service.now };
}

/** Invocations that begin in this order and run at once. */
async function handleAtOnce(client: Client, start: number, sent: readonly Sent[]): Promise<void> {
  await Promise.all(sent.map(([frame, afterMs]) => client.send(frame, start + afterMs)));
}

const ONE: Sent[] = [
  [header("one", 2), 1],
  [attachment("a"), 2],
  [attachment("b"), 3],
];
const TWO: Sent[] = [
  [header("two", 1), 4],
  [attachment("c"), 5],
];

describe("[S15] a binary event, its parts handled in any order", () => {
  test.each(orders(ONE))(
    "reaches the listener once when they are handled one after the other",
    async (...sent) => {
      const { service, client, heard, start } = await connected();
      const running: Promise<void>[] = [];
      for (const [frame, afterMs] of sent) {
        running.push(client.send(frame, start + afterMs));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(running);
      expect(heard).toEqual(["one <a> <b>"]);
      expect(service.cut).toEqual([]);
    },
  );

  test("two that follow each other reach it once each, whole, in all 120 orders", async () => {
    for (const sent of orders([...ONE, ...TWO])) {
      const { service, client, heard, start } = await connected();
      const time = new VirtualTime(service);
      const invocations = sent.map(async ([frame, afterMs], index) => {
        await time.pause(10 * index);
        await client.send(frame, start + afterMs);
      });
      await time.run(Promise.all(invocations));
      expect([sent.map(([frame]) => frame), heard.toSorted()]).toEqual([
        sent.map(([frame]) => frame),
        ["one <a> <b>", "two <c>"],
      ]);
      expect(service.cut).toEqual([]);
      await client.drop();
      expect(service.stores.isEmpty()).toBe(true);
    }
  });

  test("header and attachment of one millisecond are told apart", async () => {
    const { client, heard, start } = await connected();
    await handleAtOnce(client, start, [
      [attachment("a"), 1],
      [header("one", 1), 1],
    ]);
    expect(heard).toEqual(["one <a>"]);
  });

  test("an ack is asked for and answered with Buffers", async () => {
    const { client, heard, start } = await connected();
    await handleAtOnce(client, start, [
      ['451-7["one",{"x":{"_placeholder":true,"num":0}}]', 1],
      ["b", 2],
    ]);
    expect(heard).toEqual(['one {"x":{"type":"Buffer","data":[]}}']);
    expect(client.take()).toEqual(['461-7[{"_placeholder":true,"num":0}]', attachment("ok")]);
  });

  test("text events in between are none of its business", async () => {
    const { service, client, heard, start } = await connected();
    await handleAtOnce(client, start, [
      [header("one", 1), 1],
      ['42["two","text"]', 2],
      [attachment("a"), 3],
    ]);
    expect(heard.toSorted()).toEqual(["one <a>", 'two "text"']);
    expect(service.cut).toEqual([]);
  });

  test("is forgotten after half a minute: only the last one's place is kept", async () => {
    const { service, client, start } = await connected();
    for (const after of [0, 31_000, 62_000]) {
      await handleAtOnce(client, start + after, ONE);
    }
    const left = await service.stores.parts.list(client.connectionId);
    expect(left?.map(({ kind, arrivedAt }) => [kind, arrivedAt - start])).toEqual([["taken", 62_001]]);
  });

  test("leaves nothing when the client goes, however far it has come", async () => {
    for (const sent of orders(ONE)) {
      for (let handled = 0; handled <= sent.length; handled++) {
        const { service, client, start } = await connected();
        const before = sent.slice(0, handled).map(([frame, afterMs]) => client.send(frame, start + afterMs));
        await new Promise((resolve) => setImmediate(resolve));
        await client.drop();
        await Promise.all([...before, handleAtOnce(client, start, sent.slice(handled))]);
        await service.settle();
        expect(service.stores.isEmpty()).toBe(true);
      }
    }
  });
});

describe("[S16] closes the connection on", () => {
  test.each<[string, Sent[], string]>([
    [
      "attachments of one millisecond",
      [
        [header("one", 2), 1],
        [attachment("a"), 2],
        [attachment("b"), 2],
      ],
      "order",
    ],
    ["an attachment without a header", [[attachment("a"), 1]], "expected a header for an attachment"],
    ["one attachment too many", [...TWO, [attachment("d"), 6]], "expected a header for an attachment"],
    ["eleven attachments", [[header("one", 11), 1]], "expected a header with 1 to 10"],
    ["none", [['450-["one"]', 1]], "expected a header with 1 to 10"],
    [
      "a placeholder for another",
      [
        ['451-["one",{"_placeholder":true,"num":1}]', 1],
        [attachment("a"), 2],
      ],
      "illegal",
    ],
    ["a reserved name", [['451-["disconnect",{"_placeholder":true,"num":0}]', 1]], "refused"],
    [
      "a namespace without a socket",
      [['451-/no,["one",{"_placeholder":true,"num":0}]', 1]],
      "expected a CONNECT",
    ],
    [
      "an event that lacks a part for half a minute",
      [
        [header("one", 1), 1],
        [header("two", 1), 30_002],
      ],
      "the rest of",
    ],
    [
      "more parts than it may keep",
      Array.from({ length: 101 }, (_, n): Sent => [header("one", 1), n]),
      "at most 100",
    ],
    [
      "more bytes than it may keep",
      Array.from({ length: 30 }, (_, n): Sent => [attachment("x".repeat(24_500)), n]),
      "at most 720896 bytes",
    ],
  ])("%s", async (_name, sent, message) => {
    const { service, client, heard, start } = await connected();
    await new VirtualTime(service).run(handleAtOnce(client, start, sent));
    expect(service.cut).toContain(client.connectionId);
    expect(service.log[0]?.message).toContain(message);
    expect(heard.filter((line) => line.startsWith("one"))).toEqual([]);
    await service.settle();
    expect(service.stores.isEmpty()).toBe(true);
  });

  test("one attachment too many, in whichever order they are handled", async () => {
    for (const sent of orders([...TWO, [attachment("d"), 6] as Sent])) {
      const { service, client, start } = await connected();
      const time = new VirtualTime(service);
      const invocations = sent.map(async ([frame, afterMs], index) => {
        await time.pause(10 * index);
        await client.send(frame, start + afterMs);
      });
      await time.run(Promise.all(invocations));
      expect([sent.map(([frame]) => frame), service.cut]).toEqual([
        sent.map(([frame]) => frame),
        expect.arrayContaining([client.connectionId]),
      ]);
    }
  });

  test("a part that comes late to an event which took another's in its place", async () => {
    const { service, client, start } = await connected();
    await handleAtOnce(client, start, [
      [header("one", 1), 1],
      [attachment("not mine"), 5],
    ]);
    expect(service.cut).toEqual([]);
    await client.send(attachment("mine"), start + 2);
    expect(service.cut).toEqual([client.connectionId]);
  });
});

test("a text event still makes one request to the database before its listener", async () => {
  const { service, client } = await connected();
  service.stores.calls.length = 0;
  const add = jest.spyOn(service.stores.parts, "add");
  const list = jest.spyOn(service.stores.parts, "list");
  await client.send('42["one",1]');
  expect([service.stores.calls, add.mock.calls, list.mock.calls]).toEqual([["load"], [], []]);
});
