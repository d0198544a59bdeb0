import { again, batching, say } from "../../support/batching";

test("[O1] messages that nobody else could get before the invocation ends ask the queue for nothing", async () => {
  const { service, told, run } = await batching();
  const client = await service.socketIo();
  await run([{ ...say(client, "one"), firstReceivedAt: service.now - 28_000 }]);
  expect(told).toEqual([]);
});

test("[O1] a batch that the function was throttled with is kept from others for its whole time", async () => {
  const { service, heard, told, run } = await batching();
  const client = await service.socketIo();
  const one = { ...say(client, "one"), firstReceivedAt: service.now - 29_000 };
  expect(await run([one])).toEqual([]);
  expect([heard, told]).toEqual([["one"], [`in 90 s ${one.id}`]]);
});

test("[O1] messages that somebody else can have by now are left to them", async () => {
  const { service, heard, queue, run } = await batching();
  const [late, other] = [await service.socketIo(), await service.socketIo()];
  queue.comeAgain = () => Promise.reject(new Error("the receipt handle has expired"));
  const one = { ...say(late, "one"), firstReceivedAt: service.now - 91_000 };
  expect(await run([one, say(other, "other")])).toEqual([one.id]);
  expect(heard).toEqual(["other"]);
});

test("[O4] what may have taken a Lambda down is handled alone, and the others come again at once", async () => {
  const { service, heard, told, run } = await batching();
  const [suspect, second, innocent] = [
    await service.socketIo(),
    await service.socketIo(),
    await service.socketIo(),
  ];
  const [poison, other, fresh] = [say(suspect, "poison", 3), say(second, "other", 3), say(innocent, "fresh")];
  for (const { connectionId, sequence } of [poison, other])
    await service.stores.attempts.note(connectionId, { sequence, count: 1 });
  expect(await run([fresh, poison, other])).toEqual([fresh.id, other.id]);
  expect(heard).toEqual(["poison"]);
  expect(told).toContain(`in 0 s ${fresh.id}`);
  expect(told).toContain(`in 0 s ${other.id}`);
  expect(await run([again(fresh)])).toEqual([]);
  expect(await run([again(other)])).toEqual([]);
  expect(heard).toEqual(["poison", "fresh", "other"]);
});
