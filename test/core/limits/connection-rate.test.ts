import { Server } from "../../../lambdas/core";
import type { LimitSettings } from "../../../lambdas/core/settings";
import { type Client, CoreService } from "../../support/core-service";

const SOCKET_IO = { query: { EIO: "4", transport: "websocket" } };

function serviceWith(limits: LimitSettings): CoreService {
  const service = new CoreService(new Server(), { limits });
  service.now -= service.now % 60_000;
  return service;
}

/** How many of so many upgrades were let in. */
async function admittedOf(service: CoreService, count: number, address = "192.0.2.1"): Promise<number> {
  let admitted = 0;
  for (let index = 0; index < count; index++) {
    const { status } = await service.upgrade({ ...SOCKET_IO, connectionId: `${address} ${index}`, address });
    expect([200, 429]).toContain(status);
    if (status === 200) admitted += 1;
  }
  return admitted;
}

/** All that this environment has seen is forgotten: another handles what comes. */
function inAnotherEnvironment(service: CoreService, address = "192.0.2.1"): void {
  const { connections, refusedConnections } = service.services.limits;
  for (const counts of [connections, refusedConnections]) counts.raise(address, -1, 0);
}

describe("new connections of one address", () => {
  test("beyond the limit are refused with 429, before anything of them is stored, until the minute is over", async () => {
    const service = serviceWith({ connectionsPerAddress: 20 });
    expect(await admittedOf(service, 25)).toBe(20);
    expect(service.stores.connectionRecords.size).toBe(20);
    expect(service.queue).toHaveLength(20);
    expect(service.log).toEqual([]);
    expect(service.refusals).toEqual([
      { limit: "connectionsPerAddress", refused: 1, latest: { address: "192.0.2.1" } },
    ]);
    expect(await admittedOf(service, 1, "192.0.2.2")).toBe(1);
    service.now += 60_000;
    expect(await admittedOf(service, 1)).toBe(1);
  });

  test("are counted together by all environments, which ask for a few of them", async () => {
    const service = serviceWith({ connectionsPerAddress: 1_024 });
    service.draw = 0;
    let admitted = 0;
    for (let index = 0; index < 100; index++) {
      inAnotherEnvironment(service);
      admitted += await admittedOf(service, 1);
    }
    // Drawn each time, one stands for sixteen.
    expect(admitted).toBe(64);
  });

  test("make no request of their own when none is drawn, and none when they are known to be too many", async () => {
    const service = serviceWith({ connectionsPerAddress: 1_024 });
    expect(await admittedOf(service, 1_030)).toBe(1_024);
    expect(service.stores.windows.calls).toEqual([]);
  });

  test("are let in when they cannot be counted", async () => {
    const service = serviceWith({ connectionsPerAddress: 20 });
    jest.spyOn(service.stores.windows, "count").mockRejectedValue(new Error("throttled"));
    service.draw = 0;
    expect(await admittedOf(service, 5)).toBe(5);
    expect(service.log[0]?.message).toBe("connections could not be counted");
  });

  test("are not counted where the limit is off", async () => {
    const service = serviceWith({});
    service.draw = 0;
    expect(await admittedOf(service, 30)).toBe(30);
    expect(service.stores.windows.calls).toEqual([]);
  });
});

describe("connections of one address that have no socket", () => {
  async function connectAll(clients: readonly Client[]): Promise<void> {
    for (const client of clients) await client.send("40");
  }

  test("are refused beyond the limit; those that get a socket make room", async () => {
    const service = serviceWith({ unauthenticatedPerAddress: 5 });
    service.draw = 0;
    const clients: Client[] = [];
    for (let index = 0; index < 5; index++) clients.push(await service.connection(SOCKET_IO));
    await expect(service.connection(SOCKET_IO)).rejects.toThrow("refused with 429");
    // The refused one counts, too.
    await connectAll(clients.slice(0, 2));
    await service.connection(SOCKET_IO);
    await expect(service.connection(SOCKET_IO)).rejects.toThrow("refused with 429");
    expect(service.refusals[0]).toMatchObject({ limit: "unauthenticatedPerAddress" });
  });

  test("make room once, however many sockets they get", async () => {
    const service = serviceWith({ unauthenticatedPerAddress: 3 });
    service.draw = 0;
    const [first] = [await service.connection(SOCKET_IO), await service.connection(SOCKET_IO)];
    for (const frame of ["40", "41", "40", "41", "40"]) {
      await first?.send(frame);
      await service.settle();
    }
    expect(await admittedOf(service, 5)).toBe(2);
  });

  test("are none of plain JSON clients that are connected at once", async () => {
    const service = serviceWith({ unauthenticatedPerAddress: 2 });
    service.draw = 0;
    for (let index = 0; index < 10; index++) await service.connection();
    expect(service.refusals).toEqual([]);
  });
});
