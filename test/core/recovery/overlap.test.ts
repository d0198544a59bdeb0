import { aliceInRoom, IN_A, type Service, say } from "./alice";

function overlapping(service: Service, overlapMs: number): void {
  const { recovery } = service.services;
  if (recovery) Object.assign(service.services, { recovery: { ...recovery, overlapMs } });
}

/**
 * Alice gets two events, and does not get one that was emitted between them and crosses the second on its way; then
 * her connection breaks.
 */
async function aliceCrossed(overlapMs: number) {
  const { service, alice } = await aliceInRoom();
  overlapping(service, overlapMs);
  await say(service, IN_A, "first");
  service.now += 200;
  const { post } = service.services.gateway;
  service.services.gateway.post = async () => "sent";
  await say(service, IN_A, "crossing");
  service.services.gateway.post = post;
  service.now += 200;
  await say(service, IN_A, "last");
  expect(alice.events()).toEqual(["said first", "said last"]);
  await alice.connection?.drop();
  await say(service, IN_A, "while away");
  return { service, alice };
}

describe("an event that crossed the last one that a client got", () => {
  test("is not repeated without an overlap", async () => {
    const { alice } = await aliceCrossed(0);
    await alice.connect();
    expect(alice.events()).toEqual(["said while away"]);
  });

  test("comes where the overlap reaches back to it, and the last one comes no second time", async () => {
    const { alice } = await aliceCrossed(300);
    await alice.connect();
    expect(alice.recovered).toBe(true);
    expect(alice.events()).toEqual(["said crossing", "said while away"]);
  });

  test("comes with everything else that the overlap reaches back to", async () => {
    const { alice } = await aliceCrossed(60_000);
    await alice.connect();
    expect(alice.events()).toEqual(["said first", "said crossing", "said while away"]);
  });
});

test("an overlap reaches back to nothing from before the socket, or before it joined", async () => {
  const { service, alice } = await aliceInRoom();
  overlapping(service, 60_000);
  await say(service, { rooms: ["b"] }, "too early");
  service.tick();
  await alice.send("join", "b");
  await say(service, { rooms: ["b"] }, "arrived");
  alice.read();
  await alice.connection?.drop();
  await alice.connect();
  expect(alice.recovered).toBe(true);
  expect(alice.events()).toEqual([]);
});
