import { Decoder, Encoder, isPacketValid, type Packet, PacketType } from "socket.io-parser";
import { encodeAttachment, encodeMessage } from "./engine-io";
import { checkNesting } from "./nesting";
import { ProtocolError } from "./protocol-error";
import { isReservedEvent } from "./reserved-events";

/** What a client may send. */
export type SocketIoPacket =
  | { readonly type: "connect"; readonly namespace: string; readonly auth?: Record<string, unknown> }
  | { readonly type: "disconnect"; readonly namespace: string }
  | {
      readonly type: "event";
      readonly namespace: string;
      readonly event: string;
      readonly args: unknown[];
      readonly id?: number;
    }
  | { readonly type: "ack"; readonly namespace: string; readonly id: number; readonly args: unknown[] };

/** Kept by the client; a `pid` tells it that the connection can be recovered. */
export interface ConnectAnswer {
  readonly sid: string;
  readonly pid?: string;
}

/** What the client's `connect_error` listeners get: an Error with this message and, maybe, data. */
export interface ConnectRefusal {
  readonly message: string;
  readonly data?: unknown;
}

/**
 * Decodes the data of one Engine.IO message; with `attachments`, those of a binary packet, whose header it is.
 *
 * @throws ProtocolError for everything that is not a packet a client may send; Socket.IO closes the connection on it.
 */
export function decodeSocketIo(data: string, attachments: readonly Buffer[] = []): SocketIoPacket {
  const packet = parse(data, attachments);
  return READERS[packet.type](packet);
}

export function isBinaryHeader(data: string): boolean {
  return /^[56]/.test(data);
}

/**
 * Reads the header of a binary packet before its attachments are there.
 *
 * @throws ProtocolError for what no attachments could make a packet that a client may send.
 */
export function decodeBinaryHeader(data: string): {
  readonly namespace: string;
  readonly attachments: number;
} {
  const [prefix = "", type, count] = /^([56])(\d+)-/.exec(data) ?? [];
  const attachments = Number(count);
  if (!(attachments >= 1 && attachments <= MAX_ATTACHMENTS)) {
    throw new ProtocolError("invalid_frame", `expected a header with 1 to ${MAX_ATTACHMENTS} attachments`);
  }
  // With its placeholders it is a text packet like any other, and has to be a good one: the parser fills
  // placeholders in by recursion, which a header of 10,000 levels would not survive.
  const { namespace } = decodeSocketIo(`${type === "5" ? "2" : "3"}${data.slice(prefix.length)}`);
  return { namespace, attachments };
}

// The encoders make whole WebSocket text frames, in the order in which they must arrive.

/** The answer to a CONNECT that the middleware let through. */
export function encodeConnect(namespace: string, { sid, pid }: ConnectAnswer): string {
  return encodeOne({ type: PacketType.CONNECT, nsp: namespace, data: { sid, pid } });
}

export function encodeConnectError(namespace: string, { message, data }: ConnectRefusal): string {
  return encodeOne({ type: PacketType.CONNECT_ERROR, nsp: namespace, data: { message, data } });
}

export function encodeDisconnect(namespace: string): string {
  return encodeOne({ type: PacketType.DISCONNECT, nsp: namespace });
}

/**
 * More than one frame when there are Buffers among the arguments: the header, then each attachment.
 *
 * @throws RangeError for more than ten Buffers, TypeError for what is no JSON (a cycle, a bigint).
 */
export function encodeEvent(
  namespace: string,
  event: string,
  args: readonly unknown[],
  id?: number,
): string[] {
  return encode({ type: PacketType.EVENT, nsp: namespace, data: [event, ...args], id });
}

/** More than one frame when there are Buffers among the arguments, as with `encodeEvent`. */
export function encodeAck(namespace: string, id: number, args: readonly unknown[]): string[] {
  return encode({ type: PacketType.ACK, nsp: namespace, data: [...args], id });
}

type Reader = (packet: Packet) => SocketIoPacket;

const READERS: Readonly<Record<PacketType, Reader>> = {
  [PacketType.CONNECT]: readConnect,
  [PacketType.DISCONNECT]: ({ nsp }) => ({ type: "disconnect", namespace: nsp }),
  [PacketType.EVENT]: readEvent,
  [PacketType.ACK]: readAck,
  [PacketType.CONNECT_ERROR]: refuse,
  [PacketType.BINARY_EVENT]: refuse,
  [PacketType.BINARY_ACK]: refuse,
};

// `isPacketValid` has checked the payloads: CONNECT's is an object, the others' are arrays.

function readConnect({ nsp, data }: Packet): SocketIoPacket {
  if (data === undefined) return { type: "connect", namespace: nsp };
  checkNesting(data, "auth");
  return { type: "connect", namespace: nsp, auth: data };
}

function readEvent({ nsp, data, id }: Packet): SocketIoPacket {
  const [event, ...args]: unknown[] = data;
  if (typeof event !== "string") {
    throw new ProtocolError("invalid_frame", `expected an event name, got a ${typeof event}`);
  }
  if (isReservedEvent(event)) throw new ProtocolError("reserved_event", `"${event}" is reserved`);
  checkNesting(args, "args", id);
  return id === undefined
    ? { type: "event", namespace: nsp, event, args }
    : { type: "event", namespace: nsp, event, args, id };
}

function readAck({ nsp, data, id }: Packet): SocketIoPacket {
  if (id === undefined) throw new ProtocolError("invalid_frame", "expected an ack with an id, got none");
  const args: unknown[] = data;
  checkNesting(args, "args", id);
  return { type: "ack", namespace: nsp, id, args };
}

function refuse({ type }: Packet): never {
  throw new ProtocolError("invalid_frame", `expected a packet that clients send, got ${PacketType[type]}`);
}

function parse(data: string, attachments: readonly Buffer[]): Packet {
  // Number("") and Number(" ") are 0, so that the parser takes an empty packet for a CONNECT.
  if (!/^[0-6]/.test(data)) {
    throw new ProtocolError("invalid_frame", "expected a Socket.IO packet type from 0 to 6");
  }
  const packet = parseWhole([data, ...attachments]);
  if (packet === undefined) {
    throw new ProtocolError("invalid_frame", "expected as many attachments as the header says, got fewer");
  }
  // The parser checks a payload only where there is one: an EVENT without any passes.
  if (!isPacketValid(packet)) {
    throw new ProtocolError("invalid_frame", `expected a payload or id that fits ${PacketType[packet.type]}`);
  }
  // Ids are numbers to the parser: a larger one would be acknowledged as another.
  if (packet.id !== undefined && !Number.isSafeInteger(packet.id)) {
    throw new ProtocolError("invalid_frame", "expected an id below 2^53, got a larger one");
  }
  return packet;
}

/** `undefined` for the header of a binary packet, which is not whole without its attachments. */
function parseWhole(parts: readonly (string | Buffer)[]): Packet | undefined {
  let whole: Packet | undefined;
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => {
    whole = packet;
  });
  try {
    for (const part of parts) decoder.add(part);
  } catch (error) {
    const why = error instanceof Error ? error.message : "malformed";
    throw new ProtocolError("invalid_frame", `expected a Socket.IO packet, got one refused: ${why}`);
  }
  return whole;
}

/** What the official decoder takes: a client that gets more drops its connection. */
const MAX_ATTACHMENTS = 10;

const encoder = new Encoder();

function encode(packet: Packet): string[] {
  const parts: (string | Buffer | ArrayBuffer)[] = encoder.encode(packet);
  const attachments = parts.length - 1;
  if (attachments > MAX_ATTACHMENTS) {
    throw new RangeError(`expected at most ${MAX_ATTACHMENTS} Buffers in a packet, got ${attachments}`);
  }
  return parts.map((part) => (typeof part === "string" ? encodeMessage(part) : encodeAttachment(part)));
}

/** For packets that carry no Buffers, and so are one frame. */
function encodeOne(packet: Packet): string {
  return encode(packet).join("");
}
