import { Server } from "../../../lambdas/core";
import { MAX_NAMESPACES } from "../../../lambdas/core/limits/namespaces";
import { CoreService } from "../../support/core-service";

const REFUSAL = {
  message: "more than 100 namespaces on one connection",
  data: { code: "too_many_namespaces", limit: 100 },
};

/** A client of an app whose pattern admits any number, which connected to as many as one may. */
async function full() {
  const io = new Server();
  io.of(/^\/room-\d+$/);
  const service = new CoreService(io);
  const client = await service.socketIo("/room-0");
  for (let n = 1; n < MAX_NAMESPACES; n++) await client.send(`40/room-${n},`);
  expect(client.take()).toHaveLength(MAX_NAMESPACES);
  return { service, client };
}

describe("[L8] a client that has had as many namespaces as one connection may", () => {
  test("is refused another, and keeps those that it has", async () => {
    const { service, client } = await full();
    await client.send("40/room-100,");
    expect(client.take()).toEqual([`44/room-100,${JSON.stringify(REFUSAL)}`]);
    expect(service.stores.socketRecords()).toHaveLength(MAX_NAMESPACES);
    expect(service.cut).toEqual([]);
  });

  test("is refused another when it has left them, but comes back to one of them", async () => {
    const { service, client } = await full();
    for (let n = 0; n < MAX_NAMESPACES; n++) await client.send(`41/room-${n},`);
    await service.settle();
    await client.send("40/room-100,");
    await client.send("40/room-7,");
    const [refused, again] = client.take();
    expect(refused).toBe(`44/room-100,${JSON.stringify(REFUSAL)}`);
    expect(again).toMatch(/^40\/room-7,/);
  });
});
