import { Server } from "../../../lambdas/core";
import { CoreService } from "../../support/core-service";

let heard: string[];
let service: CoreService;

beforeEach(() => {
  heard = [];
  const io = new Server();
  io.onAny((_socket, event) => {
    heard.push(event);
  });
  for (const event of ["a".repeat(10), "é".repeat(5)]) io.on(event, () => {});
  service = new CoreService(io, { maxPayloadBytes: 100, limits: { eventNameBytes: 10 } });
});

/** A whole frame of so many bytes. */
const socketIoFrame = (bytes: number) =>
  `42["${"a".repeat(10)}","${"x".repeat(bytes - 19)}"]`.slice(0, bytes);
const jsonFrame = (bytes: number) => `{"event":"aaaaaaaaaa","data":"${"x".repeat(bytes - 32)}"}`;

describe("a message of as many bytes as clients are told they may send", () => {
  test("is heard, and with one more closes a Socket.IO client's connection", async () => {
    const client = await service.socketIo();
    expect([socketIoFrame(100).length, socketIoFrame(101).length]).toEqual([100, 101]);
    await client.send(socketIoFrame(100));
    expect([heard.length, service.cut]).toEqual([1, []]);
    await client.send(socketIoFrame(101));
    expect([heard.length, service.cut]).toEqual([1, [client.connectionId]]);
    expect(service.refusals).toMatchObject([{ limit: "maxPayloadBytes", refused: 1 }]);
  });

  test("is heard, and with one more answered with an error to a plain JSON client", async () => {
    const client = await service.connection();
    client.take();
    await client.send(jsonFrame(100));
    expect(client.take()).toEqual([]);
    await client.send(jsonFrame(101));
    const message = "expected at most 100 bytes, got 101";
    expect(client.takeJson()).toEqual([{ error: { code: "payload_too_large", message } }]);
    expect([heard.length, service.cut]).toEqual([1, []]);
  });

  test("counts bytes, not characters", async () => {
    const client = await service.connection();
    client.take();
    await client.send(jsonFrame(100).replace("xx", "é"));
    expect(client.take()).toEqual([]);
    await client.send(jsonFrame(100).replace("x", "é"));
    expect(client.take()).toHaveLength(1);
  });
});

describe("the name of an event", () => {
  test.each(["a".repeat(11), "é".repeat(6)])(
    "%s is too long, which closes a Socket.IO client's connection",
    async (event) => {
      const client = await service.socketIo();
      await client.send(`42${JSON.stringify([event])}`);
      expect([heard, service.cut]).toEqual([[], [client.connectionId]]);
      expect(service.refusals).toMatchObject([{ limit: "eventNameBytes", refused: 1 }]);
    },
  );

  test("that is too long is answered with an error to a plain JSON client", async () => {
    const client = await service.connection();
    client.take();
    await client.send({ event: "a".repeat(11), id: 3 });
    const message = "event: expected a name of at most 10 bytes, got 11";
    expect(client.takeJson()).toEqual([
      { error: { code: "payload_too_large", message, field: "event" }, id: 3 },
    ]);
    expect(heard).toEqual([]);
  });

  test("may be as long as it may be", async () => {
    const client = await service.connection();
    for (const event of ["a".repeat(10), "é".repeat(5)]) await client.send({ event });
    expect(heard).toEqual(["a".repeat(10), "é".repeat(5)]);
  });
});
