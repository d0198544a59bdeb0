import { Decoder, type Packet } from "socket.io-parser";
import { withOffset, withoutOffset } from "../../lambdas/protocol/event-offset";
import { encodeEvent } from "../../lambdas/protocol/socket-io";

/** What Socket.IO's own decoder makes of the frames, as its client does. */
function decoded(frames: readonly string[]): Packet {
  const decoder = new Decoder();
  let packet: Packet | undefined;
  decoder.on("decoded", (one) => {
    packet = one;
  });
  for (const frame of frames) {
    decoder.add(frame.startsWith("4") ? frame.slice(1) : Buffer.from(frame.slice(1), "base64"));
  }
  if (!packet) throw new Error("expected a whole packet");
  return packet;
}

describe("an event's offset", () => {
  it.each<[string, readonly unknown[]]>([
    ["without arguments", []],
    ["with a string at the end", ["x", "y"]],
    ["with brackets and quotes", [']"', '"', "[", { "]": ['"]"'] }]],
    ["with undefined at the end", [undefined]],
    ["with Buffers", [Buffer.from("one"), { deep: [Buffer.from("]")] }]],
    ["with a Buffer and more", [Buffer.from("one"), "]"]],
  ])("is the last argument of one %s", (_what, args) => {
    for (const namespace of ["/", "/admin]"]) {
      const plain = encodeEvent(namespace, "said", args);
      const before = decoded(plain);
      const frames = withOffset(plain, "0mjuohs03vjhod0000");
      expect(decoded(frames)).toEqual({ ...before, data: [...before.data, "0mjuohs03vjhod0000"] });
      expect(frames).toHaveLength(plain.length);
      expect(withoutOffset(frames, "0mjuohs03vjhod0000")).toEqual(plain);
      expect(Buffer.byteLength(frames.join("")) - Buffer.byteLength(plain.join(""))).toBe(21);
    }
  });
});
