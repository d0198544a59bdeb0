import { Server } from "../../../lambdas/core";
import { messageBatch } from "../../../lambdas/core/messages/message-batch";
import type { QueuedMessage } from "../../../lambdas/core/messages/queued-message";
import { again, batchServices, DEAF_QUEUE, queued } from "../../support/batching";
import { type Client, CoreService } from "../../support/core-service";

/** The queue's visibility timeout. */
const VISIBILITY_MS = 90_000;

let release = () => {};
afterEach(() => release());

/** A listener that the texts in `dying` take down once: their batch does not end before the test. */
async function connected() {
  const io = new Server();
  const heard: string[] = [];
  const dying = new Set<string>();
  let onDeath = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  io.on("chunk", async (_socket, data) => {
    if (dying.delete(String(data))) {
      onDeath();
      await released;
    }
    heard.push(String(data));
  });
  const service = new CoreService(io);
  const client = await service.socketIo();
  const run = (messages: readonly QueuedMessage[]) =>
    messageBatch(batchServices(service, DEAF_QUEUE), messages);
  /** A batch whose Lambda dies, and then the time until it comes again. */
  const die = async (messages: readonly QueuedMessage[]) => {
    const died = new Promise<void>((resolve) => {
      onDeath = resolve;
    });
    void run(messages);
    await died;
    service.now += VISIBILITY_MS;
  };
  return { service, client, heard, dying, run, die };
}

/** The messages of an event with one Buffer. */
function chunk(client: Client, text: string, arrivedAt: number): [QueuedMessage, QueuedMessage] {
  const header = queued(client, '451-["chunk",{"_placeholder":true,"num":0}]');
  const attachment = queued(client, `b${Buffer.from(text).toString("base64")}`);
  return [
    { ...header, arrivedAt },
    { ...attachment, arrivedAt: arrivedAt + 1 },
  ];
}

test("[O3] a binary event whose Lambda died in its listener is handled again, by its last part", async () => {
  const { service, client, heard, dying, run, die } = await connected();
  const [header, attachment] = chunk(client, "one", service.now);
  dying.add("one");
  await die([header, attachment]);
  expect(await run([again(header)])).toEqual([]);
  expect(heard).toEqual([]);
  expect(await run([again(attachment)])).toEqual([]);
  expect(heard).toEqual(["one"]);
});

test.each([
  ["before it was taken", false, ["one", "one"]],
  ["when it was taken", true, ["one"]],
])("[O3] a binary event that met an outage %s is handled at least once", async (_when, isTaken, expected) => {
  const { service, client, heard, run } = await connected();
  const { parts } = service.stores;
  jest.spyOn(parts, "take").mockImplementationOnce(async (...args) => {
    if (isTaken) await parts.take(...args);
    throw new Error("the table is out of reach");
  });
  const [header, attachment] = chunk(client, "one", service.now);
  expect(await run([header, attachment])).toEqual([attachment.id]);
  expect(await run([again(attachment)])).toEqual([]);
  expect(heard).toEqual(expected);
});

test("[O3] what was handled, and comes again, is neither handled twice nor in the next one's way", async () => {
  const { service, client, heard, run } = await connected();
  const one = chunk(client, "one", service.now);
  await run(one);
  service.now += VISIBILITY_MS;
  await run(one.map(again));
  await run(chunk(client, "two", service.now));
  expect([heard, service.log, service.cut]).toEqual([["one", "two"], [], []]);
});

test("[O3] an attachment that comes again without its header is known, however late the next ones were", async () => {
  const { service, client, heard, dying, run, die } = await connected();
  const [header, attachment] = chunk(client, "one", service.now);
  await run([header]);
  const batch = [31_000, 62_000, 93_000].flatMap((ms) => chunk(client, `${ms}`, service.now + ms));
  dying.add("93000");
  await die([attachment, ...batch]);
  expect(await run([attachment, ...batch].map(again))).toEqual([]);
  expect([heard, service.cut]).toEqual([["one", "31000", "62000", "93000"], []]);
});

test("[O2] a stream of binary events leaves the places of the last ten", async () => {
  const { service, client, heard, run } = await connected();
  for (let n = 0; n < 30; n += 1) await run(chunk(client, `${n}`, service.now + 100 * n));
  expect(heard).toHaveLength(30);
  expect(await service.stores.parts.list(client.connectionId)).toHaveLength(10);
});
