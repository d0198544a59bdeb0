import { Server } from "../../../lambdas/core";
import { type Client, CoreService } from "../../support/core-service";

type Listener = Parameters<Server["on"]>[1];

/** A service whose table takes a second for a join, and a post as long. */
async function slowService(io: Server): Promise<{ service: CoreService; client: Client }> {
  const service = new CoreService(io);
  const client = await service.socketIo();
  const { memberships, gateway } = service.services;
  const { join } = memberships;
  const { post } = gateway;
  memberships.join = (...args) => {
    service.now += 1_000;
    return join.apply(memberships, args);
  };
  gateway.post = (...args) => {
    service.now += 1_000;
    return post.apply(gateway, args);
  };
  client.take();
  return { service, client };
}

/** How long the packet took, and what the log says of it. */
async function took(listener: Listener) {
  const io = new Server();
  io.on("go", listener);
  const { service, client } = await slowService(io);
  const before = service.now;
  await client.send('421["go"]');
  return {
    service,
    client,
    ms: service.now - before,
    errors: service.log.map(({ details }) => details.error),
  };
}

describe("what a listener called and did not await", () => {
  test("fails when the packet's time is over, and the log says what and how much", async () => {
    const { ms, errors, service, client } = await took((socket, ack) => {
      for (let n = 0; n < 60; n += 1) socket.join(`room ${n}`);
      socket.emit("joined");
      ack();
    });
    expect(ms).toBeLessThan(29_000);
    expect(errors.map(String)).toEqual([
      'Error: the packet\'s time was over: 34 not begun, 32 × join, 1 × emit "joined", 1 × ack',
    ]);
    expect(service.errors()).toEqual(['listener of "go" failed to end in time']);
    expect(client.take()).toEqual([]);
  });

  test("names ten kinds of it at most", async () => {
    const { errors } = await took((socket) => {
      for (let n = 0; n < 28; n += 1) socket.join(`room ${n}`);
      for (let n = 0; n < 40; n += 1) socket.emit(`event ${n}`);
    });
    expect(String(errors[0])).toMatch(/40 not begun, (1 × emit "event \d", ){9}1 × emit "event 9", …$/);
  });

  test("rejects where it is looked at later", async () => {
    let outcome: unknown;
    const { service } = await took((socket) => {
      for (let n = 0; n < 28; n += 1) socket.join(`room ${n}`);
      socket.join("last").catch((error: unknown) => {
        outcome = error;
      });
    });
    expect(String(outcome)).toMatch(/1 not begun, 1 × join$/);
    expect(service.errors()).toHaveLength(1);
  });

  test("is done, where there is time for it", async () => {
    const { errors, client } = await took((socket, ack) => {
      for (let n = 0; n < 20; n += 1) socket.join(`room ${n}`);
      ack("done");
    });
    expect(errors).toEqual([]);
    expect(client.take()).toEqual(['431["done"]']);
  });

  test("is dropped of a connection listener, too, and the client hears that it is connected", async () => {
    const io = new Server();
    io.of("/late").on("connection", (socket) => {
      for (let n = 0; n < 15; n += 1) {
        socket.join(`room ${n}`);
        socket.emit("joined", n);
      }
    });
    const { service, client } = await slowService(io);
    const before = service.now;
    await client.send("40/late,");
    const frames = client.take();
    expect(frames[0]).toMatch(/^40/);
    expect(service.now - before).toBeLessThan(29_000);
    expect(frames.length).toBeGreaterThan(5);
    expect(String(service.log[0]?.details.error)).toMatch(/1 not begun, 1 × emit "joined"$/);
  });
});
