import { expectQuiet, nested, reasonOf, type WireService } from "./wire";

/** S17 takes time and has a service of its own: heartbeat.test.ts. */
export function socketIo(service: () => WireService): void {
  test.concurrent("[S1] the comma after a namespace may be missing at the end of a packet", async () => {
    const client = await service().greeted();
    expect(await client.ask("40/other")).toMatch(/^40\/other,\{"sid":"@.{20}"\}$/);
    expect(await client.ask('42/other,["echo"]')).toBe('42/other,["echoed"]');
    client.send("41/other");
    expect(await client.ask("40/other,")).toMatch(/^40\/other,\{"sid"/);
  });

  const refused = [
    ...[
      "4",
      "4 ",
      "4abc",
      "4 2",
      "42",
      "42{}",
      "42abc",
      "421",
      '42"echo"',
      "42[]",
      "43",
      "43[]",
      "431",
      "431{}",
    ],
    ...['44{"message":"x"}', '42/other["echo"]', '429007199254740992["echo"]', '40"auth"', "40[]", "47"],
    ...['41{"a":1}', '42["echo"', "40{"],
  ];
  test.concurrent.each(refused)("[S2] %s is a violation", async (packet) => {
    const client = await service().connected();
    client.send(packet);
    await client.closed;
  });

  test.concurrent.each(["42[7]", "42[null]", "42[[]]", '42[{"echo":1}]'])(
    "[S3] %s is a violation",
    async (packet) => {
      const client = await service().connected();
      client.send(packet);
      await client.closed;
    },
  );

  test.concurrent("[S4] so is auth that is nested too deep", async () => {
    const client = await service().greeted();
    client.send(`40{"deep":${nested(200)}}`);
    await client.closed;
    const other = await service().greeted();
    expect(await other.ask(`40{"deep":${nested(199)}}`)).toMatch(/^40\{"sid"/);
  });

  test.concurrent("[S5] each packet is a text frame, and undefined is sent as null", async () => {
    const client = await service().connected();
    client.send('42["none and several"]');
    expect(await client.take(3)).toEqual(['42["none"]', '42["several",null,1]', '42["one",null]']);
  });

  test.concurrent("[S7] listeners see the payload, their joins hold at 40, and their emits follow it", async () => {
    const client = await service().greeted();
    client.send('40/greeted,{"name":"ada"}');
    const [answer, ...emits] = await client.take(3);
    expect(answer).toMatch(/^40\/greeted,\{"sid":"@.{20}"\}$/);
    expect(emits).toEqual(['42/greeted,["before",{"name":"ada"}]', '42/greeted,["to the room"]']);
  });

  test.concurrent("[S7] a disconnect in connection follows 40 and what was emitted before it", async () => {
    const client = await service().greeted();
    client.send("40/turned-away,");
    const [answer, ...others] = await client.take(3);
    expect(answer).toMatch(/^40\/turned-away,\{"sid"/);
    expect(others).toEqual(['42/turned-away,["before"]', "41/turned-away,"]);
    expect(await client.ask("40")).toMatch(/^40\{"sid"/);
  });

  test.concurrent("[S8] middleware that refuses is answered with its message and data; the connection stays", async () => {
    const client = await service().greeted();
    expect(await client.ask('40/refused,{"token":"1"}')).toBe(
      '44/refused,{"message":"not today","data":{"status":1,"until":"monday"}}',
    );
    expect(await client.ask("40")).toMatch(/^40\{"sid"/);
  });

  test.concurrent.each(["/nowhere", "/oth", "/other/"])(
    "[S9] the namespace %s does not exist",
    async (namespace) => {
      const client = await service().connected();
      expect(await client.ask(`40${namespace}`)).toBe(`44${namespace},{"message":"Invalid namespace"}`);
      await expectQuiet(client);
    },
  );

  test.concurrent("[S10] a second CONNECT closes the connection", async () => {
    const [main, other] = [await service().connected(), await service().connected("/", "/other")];
    main.send("40");
    other.send("40/other,");
    await Promise.all([main.closed, other.closed]);
  });

  test.concurrent("[S10] 41 and 40 sent together leave and connect", async () => {
    for (let round = 0; round < 5; round += 1) {
      const client = await service().connected();
      const answer = await client.ask("41", "40");
      expect(answer).toMatch(/^40\{"sid"/);
      expect(answer).not.toContain(client.sid);
      await expectQuiet(client);
    }
  });

  test.concurrent("[S11] 41 leaves one namespace, and the connection stays, also after the last", async () => {
    const client = await service().connected("/", "/other");
    expect(await reasonOf(service(), client, () => client.send("41"))).toBe("client namespace disconnect");
    await expectQuiet(client, "/other");
    client.send("41/other,");
    expect(await client.ask("40/other,")).toMatch(/^40\/other,/);
  });

  test.concurrent("[S11] 41 without a socket is ignored", async () => {
    const client = await service().greeted();
    client.send("41", "41/other,", "41/nowhere,");
    expect(await client.ask("40")).toMatch(/^40\{"sid"/);
    client.send("41/other");
    await expectQuiet(client);
  });

  test.concurrent.each(['42["echo"]', "431[]", '42/other,["echo"]', "43/other,1[]", '42/nowhere,["echo"]'])(
    "[S12] %s without a socket there is a violation",
    async (packet) => {
      const client = packet.includes("/") ? await service().connected() : await service().greeted();
      client.send(packet);
      await client.closed;
    },
  );

  test.concurrent("[S12] what comes after its socket went is dropped", async () => {
    const client = await service().connected("/other", "/");
    await reasonOf(service(), client, () => client.send("41/other"), "/other");
    client.send(
      '42/other,1["echo"]',
      "43/other,1[]",
      '451-/other,["echo",{"_placeholder":true,"num":0}]',
      "bAA==",
    );
    await expectQuiet(client);
  });

  test.concurrent("[S12] an event that nobody listens to is ignored, and so is an ack that nobody waits for", async () => {
    const client = await service().connected();
    client.send('42["nobody listens"]', '427["nobody listens"]', '437["nobody waits"]', "430[]");
    await expectQuiet(client);
  });

  test.concurrent("[S13] an event is acknowledged by the first call of ack, with its id", async () => {
    const client = await service().connected();
    expect(await client.ask('420["acks twice"]')).toBe('430["first"]');
    expect(await client.ask('429007199254740991["acks twice"]')).toBe('439007199254740991["first"]');
    await expectQuiet(client);
  });

  test.concurrent("[S13] and not at all when nobody calls it, or the listener failed before", async () => {
    const client = await service().connected();
    client.send('421["silent"]', '422["fails"]');
    await expectQuiet(client);
  });

  test.concurrent("[S14] socket.disconnect() sends 41, and the connection stays", async () => {
    const client = await service().connected("/", "/other");
    const leave = () => client.send('42["leave me",false]');
    expect(await reasonOf(service(), client, leave)).toBe("server namespace disconnect");
    expect(await client.next()).toBe("41");
    await expectQuiet(client, "/other");
  });

  test.concurrent("[S14] socket.disconnect(true) closes the connection after it", async () => {
    const client = await service().connected("/", "/other");
    const leave = () => client.send('42["leave me",true]');
    expect(await reasonOf(service(), client, leave)).toBe("server namespace disconnect");
    expect(await client.next()).toBe("41");
    await client.closed;
  });

  test.concurrent("on a violation all sockets disconnect with forced close", async () => {
    const client = await service().connected("/other", "/");
    expect(await reasonOf(service(), client, () => client.send("4abc"), "/other")).toBe("forced close");
    await expect(client.next()).rejects.toThrow("closed without another frame");
  });
}
