import { inspect } from "node:util";
import {
  decodeJsonFrame,
  encodeJsonAck,
  encodeJsonConnected,
  encodeJsonDisconnect,
  encodeJsonError,
  encodeJsonEvent,
  encodeJsonPing,
  encodeJsonPong,
} from "../../lambdas/protocol/json-frames";
import { RESERVED_EVENTS } from "../../lambdas/protocol/reserved-events";
import { DEEP_JSON, faultOf } from "./protocol-faults";

const LONGEST_ID = "x".repeat(64);

describe("decoding", () => {
  test.each([
    ['{"event":"a"}', { type: "event", event: "a", args: [] }],
    ['{"event":"a","data":null}', { type: "event", event: "a", args: [null] }],
    ['{"event":"a","data":[1,2]}', { type: "event", event: "a", args: [[1, 2]] }],
    ['{"event":"a","args":[1,2]}', { type: "event", event: "a", args: [1, 2] }],
    ['{"event":"a","args":[]}', { type: "event", event: "a", args: [] }],
    ['{"event":"a","id":0}', { type: "event", event: "a", args: [], id: 0 }],
    ['{"event":"a","id":2147483647}', { type: "event", event: "a", args: [], id: 2147483647 }],
    [`{"event":"a","id":"${LONGEST_ID}"}`, { type: "event", event: "a", args: [], id: LONGEST_ID }],
    ['{"ack":7}', { type: "ack", id: 7, args: [] }],
    ['{"ack":"q","data":{"ok":true}}', { type: "ack", id: "q", args: [{ ok: true }] }],
    ['{"ack":7,"args":[1,2]}', { type: "ack", id: 7, args: [1, 2] }],
    ['{"ping":true}', { type: "ping" }],
    ['{"ping":null}', { type: "ping" }],
    ['{"pong":{}}', { type: "pong" }],
    ['{"auth":{"token":"t"}}', { type: "auth", token: "t" }],
  ])("[J3] reads %s", (body, expected) => {
    expect(decodeJsonFrame(body)).toEqual(expected);
  });

  test("[J3] ignores members that it does not know", () => {
    expect(decodeJsonFrame('{"v":2,"ping":1,"data":3}')).toEqual({ type: "ping" });
    expect(decodeJsonFrame('{"auth":{"token":"t","x":1},"id":{}}')).toEqual({ type: "auth", token: "t" });
  });

  test.each([
    ["", undefined, "expected JSON, got 0 characters of something else"],
    ["hello", undefined, "expected JSON, got 5 characters of something else"],
    ["[]", undefined, "expected a JSON object, got an array"],
    ["null", undefined, "expected a JSON object, got null"],
    ["7", undefined, "expected a JSON object, got 7"],
    ["{}", undefined, "expected exactly one of event, ack, ping, pong, auth, got none"],
    ['{"data":1}', undefined, "expected exactly one of event, ack, ping, pong, auth, got none"],
    [
      '{"event":"a","ack":1}',
      undefined,
      "expected exactly one of event, ack, ping, pong, auth, got event and ack",
    ],
    ['{"event":1}', "event", "event: expected a string, got 1"],
    ['{"event":null}', "event", "event: expected a string, got null"],
    ['{"event":["a"]}', "event", "event: expected a string, got an array"],
    ['{"event":"a","args":{}}', "args", "args: expected an array, got an object"],
    ['{"event":"a","data":1,"args":[1]}', "args", "expected data or args, got both"],
    ['{"ack":1,"args":"x"}', "args", "args: expected an array, got a string of 1 characters"],
    ['{"auth":"t"}', "auth", "auth: expected an object with a token, got a string of 1 characters"],
    ['{"auth":{}}', "auth.token", "auth.token: expected an object with a token, got nothing"],
    ['{"auth":{"token":7}}', "auth.token", "auth.token: expected a string, got 7"],
    ['{"auth":{"token":""}}', "auth.token", "auth.token: expected a token, got a string of 0 characters"],
  ])("[J4] refuses %s and names the field", (body, field, message) => {
    const fault = faultOf(() => decodeJsonFrame(body));
    expect(fault).toMatchObject({ reason: "invalid_frame", message });
    expect(fault.field).toBe(field);
  });

  test.each(["-1", "1.5", "2147483648", "1e300", '""', `"${LONGEST_ID}x"`, "null", "true", "[]", "{}"])(
    "[J4] %s is no id of an event or an ack",
    (id) => {
      const event = faultOf(() => decodeJsonFrame(`{"event":"a","id":${id}}`));
      expect([event.field, event.id]).toEqual(["id", undefined]);
      expect(faultOf(() => decodeJsonFrame(`{"ack":${id}}`)).field).toBe("ack");
    },
  );

  test.each([
    '{"event":1,"id":"q"}',
    '{"event":"a","ping":1,"id":"q"}',
    '{"event":"a","args":1,"id":"q"}',
    '{"id":"q"}',
  ])("[J4] the fault of %s carries the frame's id", (body) => {
    expect(faultOf(() => decodeJsonFrame(body)).id).toBe("q");
  });

  test.each(RESERVED_EVENTS)("[J5] refuses the event %s", (event) => {
    const fault = faultOf(() => decodeJsonFrame(JSON.stringify({ event, id: 7 })));
    expect(fault).toMatchObject({ reason: "reserved_event", field: "event", id: 7 });
  });

  test("a fault quotes none of the payload, logged whole", () => {
    for (const body of [
      "hunter2",
      '{"event":{"hunter2":1}}',
      '{"auth":"hunter2"}',
      '{"event":"a","id":{"hunter2":1}}',
    ]) {
      expect(inspect(faultOf(() => decodeJsonFrame(body)))).not.toContain("hunter2");
    }
  });

  test.each(["data", "args"])("[J4] refuses %s nested deeper than a stack is", (field) => {
    const body = `{"event":"a","id":7,"${field}":${DEEP_JSON}}`;
    expect(body.length).toBeLessThan(32_768);
    expect(faultOf(() => decodeJsonFrame(body))).toMatchObject({ reason: "invalid_frame", field, id: 7 });
  });

  test.each(["__proto__", "constructor", "toString"])(
    "%s is an ordinary name, of an event and of a member",
    (name) => {
      const frame = decodeJsonFrame(`{"event":"${name}","data":{"${name}":{"polluted":true}}}`);
      if (frame.type !== "event") throw new Error(`expected an event, got ${frame.type}`);
      expect(frame.event).toBe(name);
      expect(Object.entries(Object(frame.args[0]))).toEqual([[name, { polluted: true }]]);
      expect(Object(frame.args[0]).polluted).toBeUndefined();
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  test("a __proto__ member brings neither a key nor an id into the frame", () => {
    expect(() => decodeJsonFrame('{"__proto__":{"event":"a"}}')).toThrow("got none");
    expect(decodeJsonFrame('{"event":"a","__proto__":{"id":7,"data":1}}')).toEqual({
      type: "event",
      event: "a",
      args: [],
    });
  });
});

describe("Buffers", () => {
  test("[J6] are read at any depth", () => {
    const frame = decodeJsonFrame('{"event":"a","args":[{"base64":"aGk="},{"x":[{"base64":""}]}]}');
    expect(frame).toEqual({ type: "event", event: "a", args: [Buffer.from("hi"), { x: [Buffer.alloc(0)] }] });
  });

  test.each([
    { base64: "aGk" },
    { base64: "aGl=" },
    { base64: "not base64" },
    { base64: "_-8=" },
    { base64: 7 },
    { base64: "aGk=", type: "x" },
    { base64: { base64: 1 } },
  ])("[J6] %j is no Buffer and stays as it is", (data) => {
    expect(decodeJsonFrame(JSON.stringify({ event: "a", data }))).toEqual({
      type: "event",
      event: "a",
      args: [data],
    });
  });

  test("[J6] are written at any depth, typed arrays and ArrayBuffers too", () => {
    const bytes = new Uint8Array([0, 1, 255]);
    expect(
      JSON.parse(encodeJsonEvent("a", [{ x: [Buffer.from("hi"), bytes.subarray(1), bytes.buffer] }])),
    ).toEqual({
      event: "a",
      data: { x: [{ base64: "aGk=" }, { base64: "Af8=" }, { base64: "AAH/" }] },
    });
    expect(encodeJsonAck(1, [Buffer.from("hi")])).toBe('{"ack":1,"data":{"base64":"aGk="}}');
  });
});

describe("encoding", () => {
  test.each([
    ["no argument", encodeJsonEvent("a", []), '{"event":"a"}'],
    ["one argument", encodeJsonEvent("a", [1]), '{"event":"a","data":1}'],
    ["undefined", encodeJsonEvent("a", [undefined]), '{"event":"a","data":null}'],
    ["several arguments", encodeJsonEvent("a", [1, undefined]), '{"event":"a","data":1,"args":[1,null]}'],
    ["an id", encodeJsonEvent("a", [1], 0), '{"event":"a","data":1,"id":0}'],
    ["a Date", encodeJsonEvent("a", [new Date(0)]), '{"event":"a","data":"1970-01-01T00:00:00.000Z"}'],
  ])("[J7] writes an event with %s", (_name, frame, expected) => {
    expect(frame).toBe(expected);
  });

  test.each([
    ["an ack", encodeJsonAck("q", []), '{"ack":"q"}'],
    ["an ack with one argument", encodeJsonAck(0, ["ok"]), '{"ack":0,"data":"ok"}'],
    ["an ack with several", encodeJsonAck(0, [1, 2]), '{"ack":0,"data":1,"args":[1,2]}'],
    ["a ping", encodeJsonPing(), '{"ping":true}'],
    ["a pong", encodeJsonPong(), '{"pong":true}'],
    [
      "connected",
      encodeJsonConnected({ id: "@s", maxPayloadBytes: 32_768, pingIntervalSeconds: 480 }),
      '{"connected":{"id":"@s","maxPayloadBytes":32768,"pingIntervalSeconds":480}}',
    ],
    [
      "an error",
      encodeJsonError({ code: "invalid_frame", message: "no", field: "id" }, 7),
      '{"error":{"code":"invalid_frame","message":"no","field":"id"},"id":7}',
    ],
    [
      "an error of no frame in particular",
      encodeJsonError({ code: "unauthorized", message: "no", data: { why: 1 } }),
      '{"error":{"code":"unauthorized","message":"no","data":{"why":1}}}',
    ],
    [
      "a disconnect",
      encodeJsonDisconnect({ reason: "forced close", reconnect: true }),
      '{"disconnect":{"reason":"forced close","reconnect":true}}',
    ],
  ])("[J7] writes %s", (_name, frame, expected) => {
    expect(frame).toBe(expected);
  });

  test.each([
    [{ type: "event", event: "a", args: [] }, encodeJsonEvent("a", [])],
    [
      { type: "event", event: "é✓", args: [{ b: Buffer.from("hi") }], id: 3 },
      encodeJsonEvent("é✓", [{ b: Buffer.from("hi") }], 3),
    ],
    [{ type: "ack", id: "q", args: [null] }, encodeJsonAck("q", [undefined])],
    [{ type: "ping" }, encodeJsonPing()],
    [{ type: "pong" }, encodeJsonPong()],
  ])("%j survives a round trip", (frame, body) => {
    expect(decodeJsonFrame(body)).toEqual(frame);
  });
});
