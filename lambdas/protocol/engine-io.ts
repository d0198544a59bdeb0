import { decodePacket, encodePacket } from "engine.io-parser";
import { ProtocolError } from "./protocol-error";

export interface OpenPacket {
  readonly sid: string;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** The largest message that a client may send. */
  readonly maxPayloadBytes: number;
}

export type EngineFrame =
  | { readonly type: "message"; readonly data: string }
  | { readonly type: "binary"; readonly data: Buffer }
  | { readonly type: "ping" | "pong"; readonly data?: string }
  | { readonly type: "close" | "upgrade" | "noop" };

type PacketType = Parameters<typeof encodePacket>[0]["type"];

/** The first packet of a connection, with exactly the keys that the protocol has. */
export function encodeOpen({ sid, pingIntervalMs, pingTimeoutMs, maxPayloadBytes }: OpenPacket): string {
  const handshake = {
    sid,
    upgrades: [],
    pingInterval: pingIntervalMs,
    pingTimeout: pingTimeoutMs,
    maxPayload: maxPayloadBytes,
  };
  return encode("open", JSON.stringify(handshake));
}

export function encodePing(): string {
  return encode("ping");
}

export function encodeMessage(data: string): string {
  return encode("message", data);
}

/** `b<base64>`: what API Gateway posts is always text, so that an attachment cannot be a binary frame. */
export function encodeAttachment(data: ArrayBuffer | ArrayBufferView): string {
  return encode("message", data);
}

/**
 * Decodes one WebSocket text frame of a client.
 *
 * @throws ProtocolError for an empty frame, an unknown first character, or an open packet, which only servers send.
 */
export function decodeEngineFrame(frame: string): EngineFrame {
  const { type, data } = decodePacket(frame, "nodebuffer");
  switch (type) {
    case "message":
      return Buffer.isBuffer(data) ? { type: "binary", data } : { type, data: data ?? "" };
    case "ping":
    case "pong":
      return data === undefined ? { type } : { type, data };
    case "close":
    case "upgrade":
    case "noop":
      return { type };
    default:
      throw new ProtocolError("invalid_frame", `expected an Engine.IO packet, got ${describe(frame)}`);
  }
}

/** The parser answers through a callback, but before it returns: for text it has nothing to wait for. */
function encode(type: PacketType, data?: string | ArrayBuffer | ArrayBufferView): string {
  let encoded = "";
  encodePacket({ type, data }, false, (frame) => {
    encoded = String(frame);
  });
  return encoded;
}

function describe(frame: string): string {
  return frame === "" ? "an empty frame" : `a frame that begins with ${JSON.stringify(frame.charAt(0))}`;
}
