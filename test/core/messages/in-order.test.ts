import type { QueuedMessage } from "../../../lambdas/core/messages/queued-message";
import { again, type Batching, batching, failTimes, say, TIMEOUT_MS, wait } from "../../support/batching";

test("[O3] what follows a failure on its connection comes again with it, soon and ever later", async () => {
  const { service, heard, told, run } = await batching();
  const [failing, other] = [await service.socketIo(), await service.socketIo()];
  failTimes(service, failing, 2);
  const [one, two] = [say(failing, "one"), say(failing, "two")];
  expect(await run([one, say(other, "other"), two])).toEqual([one.id, two.id]);
  expect(await run([again(one), again(two)])).toEqual([one.id, two.id]);
  const ids = `${one.id},${two.id}`;
  expect(told).toEqual([`in 1 s ${ids}`, `in 90 s ${ids}`, `in 2 s ${ids}`]);
  expect(await run([again(again(one)), again(again(two))])).toEqual([]);
  expect(heard).toEqual(["other", "one", "two"]);
});

test("[O3] what came again is removed one by one, each before the next is begun", async () => {
  const { service, told, run, release, untilTold } = await batching();
  const client = await service.socketIo();
  const messages = [say(client, "one"), say(client, "two"), wait(client, "slow")].map(again);
  const running = run(messages);
  while (told.length < 3) await untilTold();
  expect(told.slice(1)).toEqual(["remove c1=42sayone", "remove c1=42saytwo"]);
  release();
  expect(await running).toEqual([]);
});

/** Has a message fail as often as it is begun, until it is not begun any more; answers how often it came. */
async function failUntilGivenUp(batch: Batching, first: QueuedMessage) {
  let message = first;
  for (let times = 1; times < 10; times += 1) {
    if (!(await batch.run([message])).includes(message.id)) return times;
    message = again(message);
  }
  throw new Error("never given up");
}

test("[O4] what was begun three times in vain is given up: its connection is cut, and the message kept", async () => {
  const batch = await batching();
  const { service, heard, told, run } = batch;
  const client = await service.socketIo();
  const two = say(client, "two");
  failTimes(service, client, 3);
  expect(await failUntilGivenUp(batch, say(client, "one"))).toBe(4);
  expect(service.cut).toEqual([client.connectionId]);
  expect(told).toContain("bury c1=42sayone");
  expect(await run([two])).toEqual([]);
  expect(heard).toEqual([]);
  expect(service.errors()).toContain("a message was given up, and its connection is cut");
});

test("[O4] what follows a message that is given up is not begun", async () => {
  const { service, heard, told, run } = await batching();
  const client = await service.socketIo();
  const [one, two] = [say(client, "one", 4), say(client, "two", 4)];
  await service.stores.attempts.note(client.connectionId, { sequence: one.sequence, count: 2 });
  expect(await run([one, two])).toEqual([two.id]);
  expect(told.at(-1)).toBe(`in 1 s ${two.id}`);
  expect(heard).toEqual([]);
});

test("[O4] how often a message was handed on says nothing of it", async () => {
  const { service, heard, run } = await batching();
  const client = await service.socketIo();
  expect(await run([say(client, "one", 50)])).toEqual([]);
  expect([heard, service.cut]).toEqual([["one"], []]);
});

test("[O4] while the table is out of reach nothing is given up, nor begun", async () => {
  const { service, heard, told, run } = await batching();
  const client = await service.socketIo();
  const { latest } = service.stores.attempts;
  service.stores.attempts.latest = () => Promise.reject(new Error("the table is out of reach"));
  const message = say(client, "one", 20);
  expect(await run([message])).toEqual([message.id]);
  expect(told.at(-1)).toBe(`in 16 s ${message.id}`);
  service.stores.attempts.latest = latest;
  expect(await run([again(message)])).toEqual([]);
  expect([heard, service.cut]).toEqual([["one"], []]);
});

test("[O4] the connection is cut when it cannot be marked nor the message kept, too", async () => {
  const { service, queue, run } = await batching();
  const client = await service.socketIo();
  const one = say(client, "one", 4);
  await service.stores.attempts.note(client.connectionId, { sequence: one.sequence, count: 2 });
  service.services.connections.close = () => Promise.reject(new Error("the table is out of reach"));
  queue.bury = () => Promise.reject(new Error("no answer"));
  expect(await run([one])).toEqual([]);
  expect(service.cut).toContain(client.connectionId);
});

/** Has batches handled until nothing comes again; answers how many it took. */
async function untilDone({ run, service }: Batching, messages: readonly QueuedMessage[]): Promise<number> {
  let left = messages;
  for (let batches = 1; ; batches += 1) {
    const failed = await run(left, service.now + TIMEOUT_MS);
    if (failed.length === 0) return batches;
    if (failed.length === left.length) throw new Error("nothing was done");
    left = left.filter(({ id }) => failed.includes(id)).map(again);
  }
}

test("[O3] ten messages of a client that take their whole time are done in order, two in a batch", async () => {
  const batch = await batching();
  const { service, heard, told } = batch;
  const client = await service.socketIo();
  const values = Array.from({ length: 10 }, (_, index) => String(index));
  const { load } = service.services.connections;
  service.services.connections.load = (id) => {
    service.now += 29_000;
    return load.call(service.services.connections, id);
  };
  const messages = values.map((value) => say(client, value));
  expect(await untilDone(batch, messages)).toBe(5);
  expect(heard).toEqual(values);
  expect([service.cut, service.errors()]).toEqual([[], []]);
  expect(told.filter((what) => what.startsWith("in 0 s"))).toHaveLength(4);
});

test("[O3] ten clients with a message that takes its whole time share a batch", async () => {
  const batch = await batching();
  const clients = await Promise.all(Array.from({ length: 10 }, () => batch.service.socketIo()));
  const running = batch.run(clients.map((client) => wait(client, client.connectionId)));
  await new Promise((resolve) => setImmediate(resolve));
  batch.service.now += 29_000;
  batch.release();
  expect(await running).toEqual([]);
  expect(batch.heard).toHaveLength(10);
});

test("[O3] a message that there is no time left for comes again at once, and that is no failure", async () => {
  const { service, heard, told, run } = await batching();
  const client = await service.socketIo();
  const one = say(client, "one");
  expect(await run([one], service.now + 28_999)).toEqual([one.id]);
  expect(told).toEqual([`in 0 s ${one.id}`]);
  expect(service.errors()).toEqual([]);
  expect(await run([again(one)], service.now + 29_000)).toEqual([]);
  expect(heard).toEqual(["one"]);
});
