import { batching, queued, say } from "../../support/batching";

const MOST_MS = 300_000;

async function waiting(ms: number) {
  const batch = await batching();
  const client = await batch.service.socketIo();
  batch.service.now += ms;
  return { ...batch, client };
}

test("[O6] a message that waited for five minutes is handled, one that waited longer closes its connection", async () => {
  const { service, heard, run, client } = await waiting(MOST_MS - 1);
  expect(await run([say(client, "in time")])).toEqual([]);
  service.now += 1_000;
  expect(await run([say(client, "late"), say(client, "after")])).toEqual([]);
  expect(heard).toEqual(["in time"]);
  expect(service.cut).toEqual([client.connectionId]);
  expect(service.queue).toMatchObject([{ kind: "disconnect", event: { reason: "forced close" } }]);
});

test("[O6] it is logged and counted once, however much more was waiting", async () => {
  const { service, run, client } = await waiting(MOST_MS + 1_000);
  const { connectionId } = client;
  for (const value of ["one", "two", "three"]) expect(await run([say(client, value)])).toEqual([]);
  expect(service.log).toEqual([
    {
      level: "warn",
      message: "closed a connection: what its client sent waited for too long",
      details: { connectionId },
    },
  ]);
  expect(service.refusals).toEqual([{ limit: "maxQueueSeconds", refused: 1, latest: { connectionId } }]);
  expect(service.cut).toHaveLength(1);
});

test("[O6] ten messages of a connection that is gone cost one look", async () => {
  const { service, run, client } = await waiting(MOST_MS + 1_000);
  await client.drop();
  service.stores.calls.length = 0;
  expect(await run(Array.from({ length: 10 }, (_, n) => say(client, String(n))))).toEqual([]);
  expect(service.stores.calls).toEqual(["load"]);
  expect([service.log, service.refusals]).toEqual([[], []]);
});

test("[O6] a plain JSON client is told first", async () => {
  const { service, run } = await batching();
  const client = await service.connection();
  client.take();
  service.now += MOST_MS + 1_000;
  await run([queued(client, '{"event":"say"}')]);
  expect(client.takeJson()).toEqual([{ disconnect: { reason: "forced close", reconnect: true } }]);
});

test("[O6] a connection that could not be closed is closed when its message comes again", async () => {
  const { service, run, client } = await waiting(MOST_MS + 1_000);
  const { connections } = service.services;
  const { close } = connections;
  connections.close = () => Promise.reject(new Error("the table is out of reach"));
  const one = say(client, "one");
  expect(await run([one])).toEqual([one.id]);
  connections.close = close;
  expect(await run([{ ...one, receiveCount: 2 }])).toEqual([]);
  expect(service.cut).toContain(client.connectionId);
});

test("[O4] what was begun three times in vain is kept, though it waited longer by then", async () => {
  const { service, told, run, client } = await waiting(MOST_MS + 1_000);
  const one = say(client, "one", 4);
  await service.stores.attempts.note(client.connectionId, { sequence: one.sequence, count: 2 });
  expect(await run([one])).toEqual([]);
  expect(told).toContain(`bury ${one.id}`);
});

test("[O6] what a client within its rate has waiting is bounded", async () => {
  const { service, run, client } = await waiting(0);
  const start = service.now;
  const PER_SECOND = 99;
  const WORK_MS = 30;
  const { load } = service.services.connections;
  service.services.connections.load = (id) => {
    service.now += WORK_MS;
    return load.call(service.services.connections, id);
  };
  let sent = 0;
  let deepest = 0;
  while (service.cut.length === 0) {
    deepest = Math.max(deepest, ((service.now - start) * PER_SECOND) / 1_000 - sent);
    const at = (n: number) => start + ((sent + n) * 1_000) / PER_SECOND;
    await run(Array.from({ length: 10 }, (_, n) => ({ ...say(client, "x"), arrivedAt: at(n) })));
    sent += 10;
  }
  expect(deepest).toBeGreaterThan(20_000);
  expect(deepest).toBeLessThan(30_000);
});
