import { Decoder, type Packet, PacketType } from "socket.io-parser";
import { decodeEngineFrame } from "../../lambdas/protocol/engine-io";
import { decodeJsonFrame } from "../../lambdas/protocol/json-frames";
import { ProtocolError } from "../../lambdas/protocol/protocol-error";
import { decodeSocketIo, type SocketIoPacket } from "../../lambdas/protocol/socket-io";
import { DEEP_JSON } from "./protocol-faults";

const FRAMES = 5_000;

const SOCKET_IO_SEEDS = [
  "40",
  '40/admin,{"token":"t"}',
  "40/admin?x=1,",
  "41",
  "41/admin,",
  '42["message",{"text":"hi","to":["a","b"]}]',
  '421["a"]',
  '42/admin,12["a",1]',
  '42["__proto__",{"__proto__":{"a":1}}]',
  "437[1,2]",
  '44{"message":"x"}',
  '451-["x",{"_placeholder":true,"num":0}]',
  "2probe",
  "3",
  "baGk=",
  `42["a",${DEEP_JSON}]`,
];

const JSON_SEEDS = [
  '{"event":"message","data":{"text":"hi"},"id":1}',
  '{"event":"a","args":[1,{"base64":"aGk="}]}',
  '{"ack":"q","data":null}',
  '{"ping":1}',
  '{"pong":{}}',
  '{"auth":{"token":"t"}}',
  '{"event":"__proto__","data":{"__proto__":{"event":1}}}',
  `{"event":"a","data":${DEEP_JSON}}`,
];

const PIECES = [
  ...'0123456789abc[]{},:/?-."\\ \n\x00\x1e\ud83dé✓',
  "null",
  "-1",
  "1e999",
  '"__proto__"',
  '"constructor"',
  '"connect"',
  '"id":',
  "9".repeat(30),
];

/** Marsaglia's xorshift32: the same frames in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A third is noise; the rest are seeds with up to three pieces inserted, removed or replaced. */
function* frames(seeds: readonly string[], random: (below: number) => number): Generator<string> {
  for (let n = 0; n < FRAMES; n++) {
    let frame = random(3) === 0 ? "" : pick(seeds, random);
    const edits = frame === "" ? random(12) : random(4);
    for (let edit = 0; edit < edits; edit++) {
      const at = random(Math.min(frame.length, 80) + 1);
      frame = frame.slice(0, at) + pick(PIECES, random) + frame.slice(at + random(3));
    }
    yield frame;
  }
}

function pick<T>(choices: readonly T[], random: (below: number) => number): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new Error("expected at least one choice");
  return choice;
}

/** What `decode` answers, or `undefined` for a ProtocolError; anything else that it throws fails the test. */
function tolerantly<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function officially(data: string): Packet | undefined {
  let decoded: Packet | undefined;
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => {
    decoded = packet;
  });
  try {
    decoder.add(data);
  } catch {
    return undefined;
  }
  return decoded;
}

/** Our packet as the official decoder would have it. */
function asOfficial(packet: SocketIoPacket): Partial<Packet> {
  const nsp = packet.namespace;
  switch (packet.type) {
    case "connect":
      return { type: PacketType.CONNECT, nsp, data: packet.auth };
    case "disconnect":
      return { type: PacketType.DISCONNECT, nsp };
    case "event":
      return { type: PacketType.EVENT, nsp, data: [packet.event, ...packet.args], id: packet.id };
    case "ack":
      return { type: PacketType.ACK, nsp, data: packet.args, id: packet.id };
  }
}

describe(`${FRAMES} random frames`, () => {
  test("[S2] Socket.IO: a packet, the same as the official decoder's, or a ProtocolError", () => {
    const accepted = { connect: 0, disconnect: 0, event: 0, ack: 0 };
    let refused = 0;
    for (const frame of frames(SOCKET_IO_SEEDS, randomFrom(20_240_229))) {
      const engine = tolerantly(() => decodeEngineFrame(frame));
      if (engine?.type !== "message") continue;
      const packet = tolerantly(() => decodeSocketIo(engine.data));
      if (packet === undefined) {
        refused++;
        continue;
      }
      accepted[packet.type]++;
      const official = officially(engine.data);
      const ids = packet.type === "event" || packet.type === "ack" ? { id: official?.id } : {};
      expect(asOfficial(packet)).toEqual({
        type: official?.type,
        nsp: official?.nsp,
        data: official?.data,
        ...ids,
      });
    }
    // The frames reach every branch, or the loop above shows nothing.
    for (const count of [...Object.values(accepted), refused]) expect(count).toBeGreaterThan(20);
  });

  test("[J4] JSON: a frame or a ProtocolError", () => {
    const accepted = { event: 0, ack: 0, ping: 0, pong: 0, auth: 0 };
    let refused = 0;
    for (const body of frames(JSON_SEEDS, randomFrom(19_700_101))) {
      const frame = tolerantly(() => decodeJsonFrame(body));
      if (frame === undefined) refused++;
      else accepted[frame.type]++;
    }
    for (const count of [...Object.values(accepted), refused]) expect(count).toBeGreaterThan(20);
  });
});
