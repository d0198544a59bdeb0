import { expectQuiet, SOCKET_IO, type WireService } from "./wire";

/** What takes time, E5 and E6, has a service of its own: heartbeat.test.ts. */
export function engineIo(service: () => WireService): void {
  test.concurrent.each([
    "EIO=3&transport=websocket",
    "EIO=4&transport=polling",
    "EIO=4",
    "transport=websocket",
    "EIO=&transport=",
    "EIO=4&transport=websocket2",
  ])("[E1] the query %s is refused with 400", async (query) => {
    expect(await service().status(query)).toBe(400);
  });

  test.concurrent("[E1] the log says what to change", async () => {
    await service().status("EIO=4&transport=polling");
    await service().logged('transports: [\\"websocket\\"]');
  });

  test.concurrent("[E2] the open packet comes first, and has the protocol's five keys", async () => {
    const frame = await (await service().open(SOCKET_IO)).next();
    expect(frame.charAt(0)).toBe("0");
    expect(JSON.parse(frame.slice(1))).toEqual({
      sid: expect.stringMatching(/^.{20}$/),
      upgrades: [],
      pingInterval: 480_000,
      pingTimeout: 120_000,
      maxPayload: 32_768,
    });
  });

  test.concurrent.each(["", "0{}", "7", "9", "abc", " 42", "{}", "é", "\u001e"])(
    "[E3] %p closes",
    async (frame) => {
      const clients = [await service().greeted(), await service().connected()];
      for (const client of clients) client.send(frame);
      await Promise.all(clients.map(({ closed }) => closed));
    },
  );

  test.concurrent("[E3] an attachment before the first CONNECT closes", async () => {
    const client = await service().greeted();
    client.send("bAAAA");
    await client.closed;
  });

  test.concurrent.each(["1", "1abc", "2", "2probe"])("[E4] %p closes", async (frame) => {
    const clients = [await service().greeted(), await service().connected()];
    for (const client of clients) client.send(frame);
    await Promise.all(clients.map(({ closed }) => closed));
  });

  test.concurrent.each(["5", "6", "5abc", "6abc", "3", "3probe"])("[E4] %p is harmless", async (frame) => {
    const client = await service().greeted();
    client.send(frame);
    expect(await client.ask("40")).toMatch(/^40\{"sid"/);
    client.send(frame);
    await expectQuiet(client);
  });
}
