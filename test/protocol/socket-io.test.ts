import { inspect } from "node:util";
import { Decoder, Encoder, type Packet } from "socket.io-parser";
import { decodeEngineFrame } from "../../lambdas/protocol/engine-io";
import { MAX_NESTING_DEPTH } from "../../lambdas/protocol/nesting";
import { RESERVED_EVENTS } from "../../lambdas/protocol/reserved-events";
import {
  decodeBinaryHeader,
  decodeSocketIo,
  encodeAck,
  encodeConnect,
  encodeConnectError,
  encodeDisconnect,
  encodeEvent,
  isBinaryHeader,
} from "../../lambdas/protocol/socket-io";
import { DEEP_JSON, faultOf } from "./protocol-faults";

/** What a client makes of the frames: the official decoder, behind Engine.IO. */
function received(...frames: string[]): Packet[] {
  const packets: Packet[] = [];
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const frame of frames) {
    const packet = decodeEngineFrame(frame);
    decoder.add("data" in packet ? packet.data : undefined);
  }
  return packets;
}

describe("decoding", () => {
  test.each([
    ["0", { type: "connect", namespace: "/" }],
    ["0{}", { type: "connect", namespace: "/", auth: {} }],
    ['0{"token":"t"}', { type: "connect", namespace: "/", auth: { token: "t" } }],
    ["0/admin", { type: "connect", namespace: "/admin" }],
    ["0/admin,", { type: "connect", namespace: "/admin" }],
    ['0/admin,{"token":"t"}', { type: "connect", namespace: "/admin", auth: { token: "t" } }],
    ["0/admin?x=1,{}", { type: "connect", namespace: "/admin?x=1", auth: {} }],
    ["1", { type: "disconnect", namespace: "/" }],
    ["1/admin,", { type: "disconnect", namespace: "/admin" }],
    ['2["a"]', { type: "event", namespace: "/", event: "a", args: [] }],
    ['2[""]', { type: "event", namespace: "/", event: "", args: [] }],
    ['21["a"]', { type: "event", namespace: "/", event: "a", args: [], id: 1 }],
    ['20["a",null]', { type: "event", namespace: "/", event: "a", args: [null], id: 0 }],
    ['2/admin,12["a",1]', { type: "event", namespace: "/admin", event: "a", args: [1], id: 12 }],
    ['2/a/b,["a",{"b":[2]}]', { type: "event", namespace: "/a/b", event: "a", args: [{ b: [2] }] }],
    ['29007199254740991["a"]', { type: "event", namespace: "/", event: "a", args: [], id: 9007199254740991 }],
    ["35[]", { type: "ack", namespace: "/", id: 5, args: [] }],
    ['3/admin,5["ok",{}]', { type: "ack", namespace: "/admin", id: 5, args: ["ok", {}] }],
  ])("[S1] reads %j", (data, expected) => {
    expect(decodeSocketIo(data)).toEqual(expected);
  });

  test.each([
    ["nothing", ""],
    ["a space, which is 0 to the parser", " "],
    ["no packet type", "abc"],
    ["an unknown packet type", "7"],
    ["a separator", "\x1e"],
    ["a CONNECT with an array", "0[]"],
    ["a CONNECT with null", "0null"],
    ["a CONNECT with a string", '0"token"'],
    ["a CONNECT with broken JSON", "0{"],
    ["a DISCONNECT with a payload", "1[]"],
    ["an EVENT without a payload", "2"],
    ["an EVENT without a payload, in a namespace", "2/admin,"],
    ["an EVENT with an object", "2{}"],
    ["an EVENT without a name", "2[]"],
    ["an EVENT whose name is null", "2[null]"],
    ["an EVENT whose name is an array", '2[["a"]]'],
    ["an EVENT with something before its payload", '2abc["x"]'],
    ["an EVENT with something after its payload", '2["x"]x'],
    ["an EVENT with a negative id", '2-1["x"]'],
    ["an EVENT with a fraction for an id", '21.5["x"]'],
    ["an EVENT with an id above 2^53", '29007199254740993["a"]'],
    ["an EVENT with an id of 400 digits", `2${"9".repeat(400)}["a"]`],
    ["an ACK without a payload", "31"],
    ["an ACK without an id", "3[]"],
    ["an ACK without either", "3"],
    ["an ACK with an object", "31{}"],
    ["an ACK with an id above 2^53", "39007199254740993[]"],
    ["a CONNECT_ERROR, which only servers send", '4{"message":"x"}'],
    ["a CONNECT_ERROR without a payload", "4"],
    ["the header of a binary EVENT", '51-["x",{"_placeholder":true,"num":0}]'],
    ["the header of a binary ACK", '61-1[{"_placeholder":true,"num":0}]'],
    ["a binary EVENT without attachments", '50-["x"]'],
    ["a binary EVENT without a count", '5["x"]'],
  ])("[S2] refuses %s", (_name, data) => {
    expect(faultOf(() => decodeSocketIo(data)).reason).toBe("invalid_frame");
  });

  test("[S3] refuses a numeric event name, which the parser takes", () => {
    expect(received("42[1]")).toHaveLength(1);
    expect(faultOf(() => decodeSocketIo("2[1]")).message).toBe("expected an event name, got a number");
  });

  test.each(RESERVED_EVENTS)("[S3] refuses the event %s", (name) => {
    const { reason } = faultOf(() => decodeSocketIo(`2${JSON.stringify([name, 1])}`));
    // The parser refuses some of the names itself, without saying that this is why.
    expect(["reserved_event", "invalid_frame"]).toContain(reason);
  });

  test("[S3] says why a lifecycle event is refused", () => {
    expect(faultOf(() => decodeSocketIo('2["connection"]'))).toMatchObject({
      reason: "reserved_event",
      message: '"connection" is reserved',
    });
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "%s is an ordinary name, of an event and of a member",
    (name) => {
      const packet = decodeSocketIo(`2["${name}",{"${name}":{"polluted":true}}]`);
      expect(packet).toMatchObject({ type: "event", event: name });
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      if (packet.type === "event") expect(Object.keys(Object(packet.args[0]))).toEqual([name]);
    },
  );

  test.each([
    ["auth", `0{"a":${DEEP_JSON}}`],
    ["args", `2["a",${DEEP_JSON}]`],
    ["args", `31[${DEEP_JSON}]`],
  ])("[S4] refuses %s nested deeper than a stack is", (field, data) => {
    expect(data.length).toBeLessThan(32_768);
    expect(faultOf(() => decodeSocketIo(data))).toMatchObject({ reason: "invalid_frame", field });
  });

  test("[S4] takes what is nested as deep as it may, and can send it back", () => {
    const levels = MAX_NESTING_DEPTH - 1;
    const packet = decodeSocketIo(`2["a",${"[".repeat(levels)}${"]".repeat(levels)}]`);
    if (packet.type !== "event") throw new Error(`expected an event, got ${packet.type}`);
    expect(encodeEvent("/", "a", packet.args)).toHaveLength(1);
    expect(() => decodeSocketIo(`2["a",${"[".repeat(levels + 1)}${"]".repeat(levels + 1)}]`)).toThrow(
      "nesting",
    );
  });

  test("a fault quotes none of the payload, logged whole", () => {
    for (const data of ['0"hunter2"', '2{"hunter2":1}', "3hunter2", '4"hunter2"', 'x{"hunter2"}']) {
      expect(inspect(faultOf(() => decodeSocketIo(data)))).not.toContain("hunter2");
    }
  });
});

describe("[S15] decoding a binary packet", () => {
  test.each([
    ["an EVENT", '51-["x",{"_placeholder":true,"num":0}]', { namespace: "/", attachments: 1 }],
    ["an EVENT with an id", '510-/a,7["x"]', { namespace: "/a", attachments: 10 }],
    ["an ACK", '62-/a,7[{"_placeholder":true,"num":0}]', { namespace: "/a", attachments: 2 }],
  ])("reads the header of %s", (_name, data, expected) => {
    expect(isBinaryHeader(data)).toBe(true);
    expect(decodeBinaryHeader(data)).toEqual(expected);
  });

  test.each(['2["x"]', "0", '31["x"]'])("%s is no header", (data) => {
    expect(isBinaryHeader(data)).toBe(false);
  });

  test.each([
    ["no attachment", '50-["x"]'],
    ["eleven attachments", '511-["x"]'],
    ["no count", '5["x"]'],
    ["a count that is no integer", '51.5-["x"]'],
    ["a reserved name", '51-["disconnect",{"_placeholder":true,"num":0}]'],
    ["no payload", "51-"],
    ["an ACK without an id", '61-["x"]'],
    ["nesting deeper than a stack is", `51-["x",${DEEP_JSON}]`],
  ])("[S16] refuses the header of %s, before its attachments are there", (_name, data) => {
    expect(["invalid_frame", "reserved_event"]).toContain(faultOf(() => decodeBinaryHeader(data)).reason);
  });

  test("puts the attachments in their places, at any depth", () => {
    const data = '52-/a,7["x",{"deep":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}]';
    expect(decodeSocketIo(data, [Buffer.from("0"), Buffer.from("1")])).toEqual({
      type: "event",
      namespace: "/a",
      event: "x",
      args: [{ deep: [Buffer.from("1")] }, Buffer.from("0")],
      id: 7,
    });
    expect(decodeSocketIo('61-7[{"_placeholder":true,"num":0}]', [Buffer.from("0")])).toEqual({
      type: "ack",
      namespace: "/",
      args: [Buffer.from("0")],
      id: 7,
    });
  });

  test("reads back what the encoder wrote", () => {
    const args = [{ a: Buffer.from("one") }, "between", Buffer.from("two")];
    const [header = "", ...attachments] = encodeEvent("/a", "x", args, 3).map(decodeEngineFrame);
    if (header === "" || header.type !== "message") throw new Error("expected a header");
    const buffers = attachments.flatMap((frame) => (frame.type === "binary" ? [frame.data] : []));
    expect(decodeSocketIo(header.data, buffers)).toEqual({
      type: "event",
      namespace: "/a",
      event: "x",
      args,
      id: 3,
    });
  });

  test.each([
    ["a place for none of them", '51-["x",{"_placeholder":true,"num":1}]', 1],
    ["a place that is no number", '51-["x",{"_placeholder":true,"num":"length"}]', 1],
    ["fewer than it says", '52-["x",{"_placeholder":true,"num":0}]', 1],
    ["more than it says", '51-["x",{"_placeholder":true,"num":0}]', 2],
  ])("[S16] refuses %s", (_name, data, count) => {
    const attachments = Array.from({ length: count }, () => Buffer.from("x"));
    expect(faultOf(() => decodeSocketIo(data, attachments)).reason).toBe("invalid_frame");
  });
});

describe("encoding", () => {
  test.each([
    ["a CONNECT", encodeConnect("/", { sid: "@s" }), '40{"sid":"@s"}'],
    ["a CONNECT with a pid", encodeConnect("/a", { sid: "@s", pid: "p" }), '40/a,{"sid":"@s","pid":"p"}'],
    ["a CONNECT_ERROR", encodeConnectError("/a", { message: "no" }), '44/a,{"message":"no"}'],
    [
      "a CONNECT_ERROR with data",
      encodeConnectError("/", { message: "no", data: { code: 1 } }),
      '44{"message":"no","data":{"code":1}}',
    ],
    ["a DISCONNECT", encodeDisconnect("/"), "41"],
    ["a DISCONNECT of a namespace", encodeDisconnect("/a"), "41/a,"],
  ])("[S5] writes %s", (_name, frame, expected) => {
    expect(frame).toBe(expected);
  });

  test.each([
    ["an event", encodeEvent("/", "a", []), ['42["a"]']],
    ["an event with arguments", encodeEvent("/a", "e", [1, { b: null }]), ['42/a,["e",1,{"b":null}]']],
    ["an event with an id", encodeEvent("/", "a", [], 0), ['420["a"]']],
    ["undefined as null", encodeEvent("/", "a", [undefined, 1]), ['42["a",null,1]']],
    ["an ack", encodeAck("/", 7, []), ["437[]"]],
    ["an ack with arguments", encodeAck("/a", 7, ["ok", undefined]), ['43/a,7["ok",null]']],
  ])("[S5] writes %s as one frame", (_name, frames, expected) => {
    expect(frames).toEqual(expected);
  });

  test("[S6] Buffers follow their header as text frames, in order", () => {
    const frames = encodeEvent("/a", "e", [{ x: Buffer.from("hi") }, new Uint8Array([0, 255])]);
    expect(frames).toEqual([
      '452-/a,["e",{"x":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]',
      "baGk=",
      "bAP8=",
    ]);
    expect(received(...frames)).toMatchObject([
      { nsp: "/a", data: ["e", { x: Buffer.from("hi") }, Buffer.from([0, 255])] },
    ]);
  });

  test("[S6] an ack with a Buffer has its attachment too", () => {
    const frames = encodeAck("/", 3, [Buffer.from("hi")]);
    expect(frames).toEqual(['461-3[{"_placeholder":true,"num":0}]', "baGk="]);
    expect(received(...frames)).toMatchObject([{ id: 3, data: [Buffer.from("hi")] }]);
  });

  test("[S6] refuses more Buffers than a client takes", () => {
    const buffers = (count: number) => Array.from({ length: count }, () => Buffer.from("x"));
    expect(received(...encodeEvent("/", "e", buffers(10)))).toHaveLength(1);
    expect(() => encodeEvent("/", "e", buffers(11))).toThrow(
      "expected at most 10 Buffers in a packet, got 11",
    );
  });

  test("leaves its arguments as they were", () => {
    const args = [{ x: Buffer.from("hi") }];
    encodeEvent("/", "e", args);
    expect(args).toEqual([{ x: Buffer.from("hi") }]);
  });
});

describe("round trips with the official encoder", () => {
  test.each<[string, Packet, object]>([
    ["CONNECT", { type: 0, nsp: "/a", data: { token: "t" } }, { type: "connect", auth: { token: "t" } }],
    ["DISCONNECT", { type: 1, nsp: "/a" }, { type: "disconnect" }],
    [
      "EVENT",
      { type: 2, nsp: "/a", data: ["e", "é✓"], id: 4 },
      { type: "event", event: "e", args: ["é✓"], id: 4 },
    ],
    ["ACK", { type: 3, nsp: "/a", data: [1], id: 4 }, { type: "ack", args: [1], id: 4 }],
  ])("%s", (_name, packet, expected) => {
    const [data] = new Encoder().encode(packet);
    expect(decodeSocketIo(data)).toEqual({ namespace: "/a", ...expected });
  });
});
