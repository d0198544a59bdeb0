import { expectQuiet, type Wire, type WireService } from "./wire";

const b = (text: string) => `b${Buffer.from(text).toString("base64")}`;

/** Whatever it is about: an event with so many Buffers. */
const header = (count: number) => {
  const placeholders = Array.from({ length: count }, (_, num) => ({ _placeholder: true, num }));
  return `45${count}-${JSON.stringify(["echo", ...placeholders])}`;
};

export function socketIoBinary(service: () => WireService): void {
  test.concurrent("[S6] Buffers, typed arrays and ArrayBuffers follow their header in order", async () => {
    const client = await service().connected();
    client.send('42["bytes"]');
    expect(await client.take(4)).toEqual([
      '453-["bytes",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]}]',
      b("some text"),
      "bAQACAA==",
      "b/w==",
    ]);
  });

  test.concurrent("[S6] a packet has at most ten of them: eleven are not sent", async () => {
    const client = await service().connected();
    client.send('42["eleven"]');
    await expectQuiet(client);
  });

  test.concurrent("[S6] where the namespace declares binary, nothing comes between a header and what follows it", async () => {
    const receiver = await service().connected("/files", "/");
    expect(await receiver.ask('42/files,1["join","room"]')).toBe("43/files,1[]");
    const senders = await Promise.all(Array.from({ length: 4 }, () => service().connected("/files")));
    const rounds = 5;
    await Promise.all(
      senders.map((sender, index) => sendRounds(sender, index === 0 ? "bytes" : "text", rounds)),
    );
    const frames = await receiver.take(3 * rounds + 3 * rounds);
    for (const [index, frame] of frames.entries()) {
      if (frame.startsWith("45")) expect(frames.slice(index + 1, index + 3)).toEqual([b("1"), b("2")]);
    }
    expect(frames.filter((frame) => frame.startsWith("45"))).toHaveLength(rounds);
  });

  test.concurrent("[S15] a client's Buffers come back, in an event and in an ack", async () => {
    const client = await service().connected("/", "/other");
    client.send(header(1), b("one"));
    expect(await client.take(2)).toEqual(['451-["echoed",{"_placeholder":true,"num":0}]', b("one")]);
    client.send('451-/other,7["echo",{"deep":{"_placeholder":true,"num":0}}]', "b");
    expect(await client.take(2)).toEqual(['461-/other,7[{"deep":{"_placeholder":true,"num":0}}]', "b"]);
  });

  test.concurrent("[S15] what else is sent meanwhile is handled meanwhile", async () => {
    const client = await service().connected();
    expect(await client.ask(header(1), '421["echo"]')).toBe("431[]");
    client.send(b("late"));
    expect(await client.take(2)).toEqual(['451-["echoed",{"_placeholder":true,"num":0}]', b("late")]);
  });

  test.concurrent("[S15] attachments that arrive one after the other keep their order", async () => {
    const client = await service().connected();
    client.send(header(3));
    for (const text of ["one", "two", "three"]) {
      // Its echo tells that a millisecond has passed.
      await expectQuiet(client);
      client.send(b(text));
    }
    expect((await client.take(4)).slice(1)).toEqual([b("one"), b("two"), b("three")]);
  });

  const refused = [
    ...[
      '450-["echo"]',
      header(11),
      '45-["echo"]',
      '451["echo",{"_placeholder":true,"num":0}]',
      "451-",
      "461-[]",
    ],
    ...['451-["connect",{"_placeholder":true,"num":0}]', '451-[7,{"_placeholder":true,"num":0}]'],
    '451-/other,["echo",{"_placeholder":true,"num":0}]',
  ];
  test.concurrent.each(refused)("[S16] the header %s is a violation", async (packet) => {
    const client = await service().connected();
    client.send(packet);
    await client.closed;
  });

  test.concurrent.each([
    '451-["echo",{"_placeholder":true,"num":1}]',
    '451-["echo",{"_placeholder":true,"num":-1}]',
    '451-["echo",{"_placeholder":true,"num":"0"}]',
  ])("[S16] a placeholder that names no attachment is a violation: %s", async (packet) => {
    const client = await service().connected();
    client.send(packet, b("one"));
    await client.closed;
  });

  test.concurrent("[S16] more than 100 parts that wait are a violation", async () => {
    const client = await service().connected();
    client.send(...Array.from({ length: 101 }, () => header(10)));
    await client.closed;
  });

  test.concurrent("[S16] an attachment that no header has a place for is a violation", async () => {
    const [alone, tooMany] = [await service().connected(), await service().connected()];
    alone.send(b("alone"));
    tooMany.send(header(1), b("the same"), b("the same"));
    await Promise.all([alone.closed, tooMany.closed]);
  });
}

async function sendRounds(client: Wire, event: "bytes" | "text", rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    expect(await client.ask(`42/files,${round}["${event}","room"]`)).toBe(`43/files,${round}[]`);
  }
}
