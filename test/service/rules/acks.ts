import { expectQuiet, type Wire, type WireService } from "./wire";

async function inRoom(service: WireService, room: string): Promise<Wire> {
  const client = await service.connected();
  expect(await client.ask(`421["join","${room}"]`)).toBe("431[]");
  return client;
}

/** The id that a question came with. */
async function askedWith(client: Wire): Promise<string> {
  return /^42(\d+)\["question","\?"\]$/.exec(await client.next())?.[1] ?? "none";
}

export function acks(service: () => WireService): void {
  test.concurrent("[A1] an id is below 2^31 and one for all recipients, and no two events have the same", async () => {
    const [asker, one, other] = [
      await service().connected(),
      await inRoom(service(), "A1"),
      await inRoom(service(), "A1"),
    ];
    const ids = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      asker.send('427["ask","A1",10000]');
      const id = await askedWith(one);
      expect(await askedWith(other)).toBe(id);
      expect(Number(id)).toBeLessThan(2 ** 31);
      ids.add(id);
      one.send(`43${id}["one"]`);
      other.send(`43${id}["other"]`);
      expect(JSON.parse((await asker.next()).slice(3))[1].sort()).toEqual(["one", "other"]);
    }
    expect(ids.size).toBe(3);
  });

  test.concurrent("[A2] in connection the question follows connect and what was emitted before", async () => {
    const client = await service().greeted();
    client.send("40/asked,");
    const [answer, before, question = ""] = await client.take(3);
    expect([answer, before]).toEqual([expect.stringMatching(/^40\/asked,/), '42/asked,["before"]']);
    const [, id] = /^42\/asked,(\d+)\["question"\]$/.exec(question) ?? [];
    expect(await client.ask(`43/asked,${id}["mine"]`)).toBe('42/asked,["after","mine"]');
  });

  test.concurrent("[A3] an ack counts from who was asked, and once", async () => {
    const [asker, asked, silent] = [
      await service().connected("/", "/other"),
      await inRoom(service(), "A3"),
      await inRoom(service(), "A3"),
    ];
    asker.send('427["ask","A3",10000]');
    const id = await askedWith(asked);
    asker.send(`43${id}["a stranger"]`, `43/other,${id}["a stranger"]`);
    asked.send(`43${id}["first"]`);
    await expectQuiet(asked);
    asked.send(`43${id}["second"]`, `43${Number(id) + 1}["unasked"]`);
    await expectQuiet(asked);
    silent.send(`43${await askedWith(silent)}["last"]`);
    const answers = JSON.parse((await asker.next()).slice(3));
    expect(answers[0]).toBeNull();
    expect(answers[1].sort()).toEqual(["first", "last"]);
  });

  test.concurrent("[A4] the service waits as long as the app says, and what comes later is ignored", async () => {
    const [asker, prompt, late] = [
      await service().connected(),
      await inRoom(service(), "A4"),
      await inRoom(service(), "A4"),
    ];
    asker.send('427["ask","A4",1000]');
    prompt.send(`43${await askedWith(prompt)}["prompt"]`);
    const id = await askedWith(late);
    const [error, answers] = JSON.parse((await asker.next()).slice(3));
    expect(error).toContain("timed out");
    expect(answers).toEqual(["prompt"]);
    late.send(`43${id}["late"]`);
    await Promise.all([expectQuiet(late), expectQuiet(asker)]);
  });

  test.concurrent("[A4] it does not wait for who turns out to be gone", async () => {
    const [asker, gone] = [await service().connected(), await inRoom(service(), "gone")];
    gone.close();
    await gone.closed;
    expect(await asker.ask('427["ask","gone",20000]')).toBe("437[null,[]]");
  });

  test.concurrent("[A4] 20 s are the longest that an app may ask for", async () => {
    const client = await service().connected();
    client.send(`427["ask","nobody",20001]`);
    await expectQuiet(client);
  });
}
