import {
  decodeEngineFrame,
  encodeAttachment,
  encodeMessage,
  encodeOpen,
  encodePing,
} from "../../lambdas/protocol/engine-io";
import { faultOf } from "./protocol-faults";

describe("encoding", () => {
  test("[E2] the open packet has exactly the five keys of the protocol", () => {
    const frame = encodeOpen({
      sid: "s",
      pingIntervalMs: 480_000,
      pingTimeoutMs: 120_000,
      maxPayloadBytes: 32_768,
    });
    expect(frame.charAt(0)).toBe("0");
    expect(JSON.parse(frame.slice(1))).toEqual({
      sid: "s",
      upgrades: [],
      pingInterval: 480_000,
      pingTimeout: 120_000,
      maxPayload: 32_768,
    });
  });

  test("a ping and a message are their digit and their data", () => {
    expect([encodePing(), encodeMessage('2["a"]'), encodeMessage("")]).toEqual(["2", '42["a"]', "4"]);
  });

  test("an attachment is text", () => {
    expect(encodeAttachment(Buffer.from("hi"))).toBe("baGk=");
    expect(encodeAttachment(new Uint8Array([0, 255]))).toBe("bAP8=");
  });
});

describe("decoding", () => {
  test.each([
    ["4hello", { type: "message", data: "hello" }],
    ["4", { type: "message", data: "" }],
    ["4a\x1e4b", { type: "message", data: "a\x1e4b" }],
    ["2", { type: "ping" }],
    ["2probe", { type: "ping", data: "probe" }],
    ["3", { type: "pong" }],
    ["3probe", { type: "pong", data: "probe" }],
    ["1", { type: "close" }],
    ["5", { type: "upgrade" }],
    ["6", { type: "noop" }],
    ["baGk=", { type: "binary", data: Buffer.from("hi") }],
  ])("[E3] reads %j", (frame, expected) => {
    expect(decodeEngineFrame(frame)).toEqual(expected);
  });

  test("reads the messages and attachments that it writes", () => {
    expect(decodeEngineFrame(encodeMessage("✓ text"))).toEqual({ type: "message", data: "✓ text" });
    const bytes = Buffer.from([0, 1, 254, 255]);
    expect(decodeEngineFrame(encodeAttachment(bytes))).toEqual({ type: "binary", data: bytes });
  });

  test.each(["", "7", "x", "\x1e", "\x1e4a", "{}", "0", "0{}", " 4a", "__proto__", "😀"])(
    "[E3] refuses %j",
    (frame) => {
      expect(faultOf(() => decodeEngineFrame(frame)).reason).toBe("invalid_frame");
    },
  );

  test("says what it expected and no more than the beginning of what came", () => {
    const { message } = faultOf(() => decodeEngineFrame("secret"));
    expect(message).toBe('expected an Engine.IO packet, got a frame that begins with "s"');
  });
});
