import { expectQuiet, nested, SOCKET_IO, type WireService } from "./wire";

const RESERVED = [
  ...["connection", "connect", "connect_error", "disconnect", "disconnecting"],
  ...["newListener", "removeListener", "error", "new_namespace"],
];

/** B2 cannot be seen: nobody is there to hear what became of the message. */
export function bothProtocols(service: () => WireService): void {
  test.concurrent("[B1] what one listener does reaches a client in program order", async () => {
    const [packets, json] = [await service().connected(), await service().json()];
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    packets.send('42["count",20]');
    expect(await packets.take(20)).toEqual(numbers.map((number) => `42["number",${number}]`));
    json.send({ event: "count", data: 20 });
    expect(await json.take(20)).toEqual(numbers.map((data) => JSON.stringify({ event: "number", data })));
  });

  test.concurrent("[B1] messages are handled concurrently: one gets in while the listener of another waits for it", async () => {
    const client = await service().connected();
    client.send(`421["ask","${client.sid}",10000]`);
    const [, id] = /^42(\d+)\["question","\?"\]$/.exec(await client.next()) ?? [];
    expect(await client.ask(`43${id}["mine"]`)).toBe('431[null,["mine"]]');
  });

  test.concurrent.each([
    ["more than 32 KB", "x".repeat(32 * 1024 + 1), 1009],
    ["a binary frame", Buffer.from("42"), 1003],
  ])("[B3] %s closes the WebSocket", async (_name, message, code) => {
    for (const client of [await service().connected(), await service().json()]) {
      client.send(message);
      expect(await client.closed).toBe(code);
    }
  });

  test.concurrent("[B3] 32 KB are a message", async () => {
    const json = await service().json();
    const frame = JSON.stringify({ event: "echo", id: 1, data: "" });
    const data = "x".repeat(32 * 1024 - frame.length);
    expect(await json.askJson({ event: "echo", id: 1, data })).toEqual({ ack: 1, data });
  });

  test.concurrent.each([
    ["https://app.example", 101],
    ["https://other.example", 101],
    ["https://app.example.evil.example", 403],
    ["null", 403],
    [undefined, 101],
  ])("[B4] an upgrade from the origin %p is answered %i", async (origin, status) => {
    expect(await service().status(SOCKET_IO, { origin })).toBe(status);
    expect(await service().status("", { origin })).toBe(status);
  });

  test.concurrent.each(RESERVED)("[B5, S3] no Socket.IO client sends %p", async (event) => {
    const client = await service().connected();
    client.send(`42${JSON.stringify([event])}`);
    await client.closed;
  });

  test.concurrent("[B5, J5] no plain JSON client sends any of them", async () => {
    const json = await service().json();
    for (const event of RESERVED) {
      expect([event, await json.askJson({ event, id: event })]).toEqual([
        event,
        {
          error: { code: "reserved_event", message: `event: "${event}" is reserved`, field: "event" },
          id: event,
        },
      ]);
    }
  });

  test.concurrent("[B5] any other string is an ordinary name", async () => {
    const [packets, json] = [await service().connected(), await service().json()];
    expect(await packets.ask('42[""]')).toBe('42["empty"]');
    expect(await packets.ask('42["__proto__"]')).toBe('42["proto"]');
    expect(await json.askJson({ event: "" })).toEqual({ event: "empty" });
    expect(await json.askJson({ event: "__proto__" })).toEqual({ event: "proto" });
  });

  test.concurrent("[B6, S4, J4] what is nested 200 deep is taken, and 201 is refused", async () => {
    const [packets, json] = [await service().connected(), await service().json()];
    // The list of arguments is a level of its own.
    expect(await packets.ask(`421["echo",${nested(199)}]`)).toBe(`431[${nested(199)}]`);
    const data = JSON.parse(nested(200));
    expect(await json.askJson({ event: "echo", id: 1, data })).toEqual({ ack: 1, data });
    expect(await json.askJson({ event: "echo", data: [data] })).toMatchObject({
      error: { code: "invalid_frame", field: "data" },
    });
    packets.send(`422["echo",${nested(200)}]`);
    await packets.closed;
  });

  test.concurrent("[B7] what packet middleware refuses reaches no listener", async () => {
    const [packets, json] = [
      await service().connected("/guarded"),
      await service().json("namespace=/guarded"),
    ];
    packets.send('42/guarded,7["secret"]');
    for (let round = 0; round < 3; round += 1) {
      expect(await packets.ask('42/guarded,["open"]')).toBe('42/guarded,["welcome"]');
    }
    expect(await json.askJson({ event: "secret", id: 7 })).toEqual({
      error: { code: "unauthorized", message: "not for you", data: { level: 3 } },
      id: 7,
    });
    expect(await json.askJson({ event: "open" })).toEqual({ event: "welcome" });
  });

  test.concurrent.each([
    ["by its name", "/tenant-1", "name"],
    ["by a pattern", "/tenant-2", "number"],
    ["by the first pattern that matches", "/tenant-x", "any"],
    ["with 512 bytes", `/tenant-${"x".repeat(502)}`, "any"],
  ])("[B8] a namespace exists %s", async (_how, namespace, kind) => {
    const packets = await service().connected(namespace);
    expect(await packets.next()).toBe(`42${namespace},["kind","${kind}"]`);
    const json = await service().open(`namespace=${namespace}`);
    // Its order and that of "connected" are J8's.
    expect(await json.take(2)).toContain(JSON.stringify({ event: "kind", data: kind }));
  });

  test.concurrent.each([
    ["that nothing names", "/tenant"],
    ["of 513 bytes", `/tenant-${"x".repeat(503)}`],
    ["of 514 bytes when encoded", `/tenant-${"é".repeat(84)}`],
  ])("[B8] a namespace %s does not exist", async (_which, namespace) => {
    const client = await service().connected();
    expect(await client.ask(`40${namespace},`)).toBe(`44${namespace},{"message":"Invalid namespace"}`);
    expect(await service().status(`namespace=${encodeURIComponent(namespace)}`)).toBe(404);
    await expectQuiet(client);
  });

  test.concurrent("[L8] a connection is in a hundred namespaces, those that it left among them, and in no more", async () => {
    const client = await service().connected();
    for (let tenant = 1; tenant < 100; tenant += 1) {
      client.send(`40/tenant-${tenant},`);
      expect((await client.take(2)).join("")).toContain(`40/tenant-${tenant},{"sid"`);
      if (tenant % 2 === 0) client.send(`41/tenant-${tenant},`);
    }
    const refused = { message: "more than 100 namespaces on one connection", data: TOO_MANY_NAMESPACES };
    expect(await client.ask("40/tenant-100,")).toBe(`44/tenant-100,${JSON.stringify(refused)}`);
    await expectQuiet(client);
  });
}

const TOO_MANY_NAMESPACES = { code: "too_many_namespaces", limit: 100 };
