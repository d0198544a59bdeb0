import type { Wire, WireService } from "./wire";

/** With the member at fault, where there is one. */
const INVALID: readonly (readonly [body: string, field?: string])[] = [
  [""],
  ["secret"],
  ['"secret"'],
  ["[]"],
  ["null"],
  ["{}"],
  ['{"event":"echo","ack":1}'],
  ['{"event":{"secret":1}}', "event"],
  ['{"event":"echo","args":{"secret":1}}', "args"],
  ['{"ack":true}', "ack"],
  ['{"auth":"secret"}', "auth"],
  ['{"auth":{"token":["secret"]}}', "auth.token"],
  ['{"auth":{"token":""}}', "auth.token"],
];

/** J12 and J13 take time and have a service of their own: heartbeat.test.ts. */
export function plainJson(service: () => WireService): void {
  test.concurrent.each([
    ["", 101],
    ["namespace=/other", 101],
    ["namespace=other", 400],
    ["namespace=", 400],
    ["namespace=/nowhere", 404],
  ])("[J1] the query %p is answered %i", async (query, status) => {
    expect(await service().status(query)).toBe(status);
  });

  test.concurrent("[J3] one argument, several or none, and ids of both kinds", async () => {
    const json = await service().json();
    for (const id of [0, 2 ** 31 - 1, "x", "x".repeat(64)]) {
      expect(await json.askJson({ event: "echo", id, data: { a: 1 }, unknown: "ignored" })).toEqual({
        ack: id,
        data: { a: 1 },
      });
      expect(await json.askJson({ event: "echo", id, args: [1, 2] })).toEqual({
        ack: id,
        data: 1,
        args: [1, 2],
      });
      expect(await json.askJson({ event: "echo", id })).toEqual({ ack: id });
    }
    expect(await json.askJson({ event: "echo", id: 1, data: 1, args: [] })).toMatchObject({
      error: { code: "invalid_frame", field: "args" },
      id: 1,
    });
  });

  test.concurrent("[J3, J4] other ids are invalid, and the message says what was expected", async () => {
    const json = await service().json();
    for (const [id, got] of [
      [-1, "-1"],
      [1.5, "1.5"],
      [2 ** 31, "2147483648"],
      ["", "a string of 0 characters"],
      ["x".repeat(65), "a string of 65 characters"],
      [null, "null"],
      [[], "an array"],
    ]) {
      const message = `id: expected an integer from 0 to 2147483647 or a string of 1 to 64 characters, got ${got}`;
      expect(await json.askJson({ event: "echo", id })).toEqual({
        error: { code: "invalid_frame", field: "id", message },
      });
    }
  });

  test.concurrent("[J4] what is no frame is answered, and the WebSocket stays open", async () => {
    const json = await service().json();
    for (const [body, field] of INVALID) {
      const answer = await json.ask(body);
      const error = { code: "invalid_frame", message: expect.stringContaining("expected"), field };
      expect([body, JSON.parse(answer)]).toEqual([body, { error }]);
      expect(answer).not.toContain("secret");
    }
    await expectOpen(json);
  });

  test.concurrent("[J6] Buffers are base64 at any depth, both ways", async () => {
    const json = await service().json();
    json.send({ event: "bytes" });
    const bytes = { base64: "c29tZSB0ZXh0" };
    expect(await json.nextJson()).toEqual({
      event: "bytes",
      data: bytes,
      args: [bytes, { deep: [{ base64: "AQACAA==" }, { base64: "/w==" }] }],
    });
    const packets = await service().connected();
    json.send({ event: "shout", args: [packets.sid, { deep: bytes }] });
    expect(await packets.take(2)).toEqual([
      '451-["shouted",{"deep":{"_placeholder":true,"num":0}}]',
      "bc29tZSB0ZXh0",
    ]);
  });

  test.concurrent("[J6] anything else with that member is an object like any other", async () => {
    const [json, packets] = [await service().json(), await service().connected()];
    for (const data of [{ base64: "c29t", more: 1 }, { base64: "c29" }, { base64: "c2-_" }, { base64: 7 }]) {
      json.send({ event: "shout", args: [packets.sid, data] });
      expect(await packets.next()).toBe(`42${JSON.stringify(["shouted", data])}`);
    }
  });

  test.concurrent("[J7] data is always the first argument, and args are there when there are several", async () => {
    const json = await service().json();
    json.send({ event: "none and several" });
    expect(await json.take(3)).toEqual([
      '{"event":"none"}',
      '{"event":"several","data":null,"args":[null,1]}',
      '{"event":"one","data":null}',
    ]);
  });

  test.concurrent("[J8] connected is the first frame, and says what a client must know", async () => {
    const json = await service().open("");
    expect(await json.nextJson()).toEqual({
      connected: { id: expect.stringMatching(/^@.{20}$/), maxPayloadBytes: 32_768, pingIntervalSeconds: 480 },
    });
  });

  test.concurrent("[J10] an event is answered by the first ack, or when its listeners are done", async () => {
    const json = await service().json();
    expect(await json.askJson({ event: "acks twice", id: "a" })).toEqual({ ack: "a", data: "first" });
    expect(await json.askJson({ event: "silent", id: "b" })).toEqual({ ack: "b" });
    json.send({ event: "silent" });
    await expectOpen(json);
  });

  test.concurrent("[J10] or by an error, also without an id", async () => {
    const json = await service().json();
    expect(await json.askJson({ event: "fails", id: 1 })).toMatchObject({
      error: { code: "listener_failed" },
      id: 1,
    });
    expect(await json.askJson({ event: "nobody listens" })).toEqual({
      error: { code: "unknown_event", message: 'event: nothing listens to "nobody listens"' },
    });
  });

  test.concurrent("[J10] a client answers an event with its id", async () => {
    const [json, asker] = [await service().json(), await service().connected()];
    expect(await json.askJson({ event: "join", id: 1, data: "J10" })).toEqual({ ack: 1 });
    asker.send('427["ask","J10",10000]');
    const { id, ...question } = await json.nextJson();
    expect(question).toEqual({ event: "question", data: "?" });
    json.send({ ack: id, data: "mine" });
    expect(await asker.next()).toBe('437[null,["mine"]]');
  });

  test.concurrent.each([false, true])(
    "[J11] socket.disconnect(%p) says so and closes the WebSocket",
    async (close) => {
      const json = await service().json();
      expect(await json.askJson({ event: "leave me", data: close })).toEqual({
        disconnect: { reason: "server namespace disconnect", reconnect: false },
      });
      await json.closed;
    },
  );

  test.concurrent("a ping is answered, whatever its value, and a pong is harmless", async () => {
    const json = await service().json();
    expect(await json.askJson({ ping: { any: "value" } })).toEqual({ pong: true });
    json.send({ pong: 7 });
    await expectOpen(json);
  });
}

async function expectOpen(json: Wire): Promise<void> {
  for (const id of ["open", "still", "and for good"]) {
    expect(await json.askJson({ event: "echo", id })).toEqual({ ack: id });
  }
}
