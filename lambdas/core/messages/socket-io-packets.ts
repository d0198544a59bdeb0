import { decodeEngineFrame, type EngineFrame } from "../../protocol/engine-io";
import { ProtocolError } from "../../protocol/protocol-error";
import {
  decodeBinaryHeader,
  decodeSocketIo,
  encodeConnectError,
  isBinaryHeader,
  type SocketIoPacket,
} from "../../protocol/socket-io";
import { abandon, closeConnection, leaveNamespace } from "../connections/disconnecting";
import { handshakeOf } from "../connections/handshake";
import { freeSlot, isOwn, startOver } from "../connections/second-connect";
import { greet } from "../delivery/telling";
import { RATE_REFUSAL } from "../limits/excess";
import { isOneTooMany, NAMESPACES_REFUSAL } from "../limits/namespaces";
import { assertEventName, assertMessageSize } from "../limits/sizes";
import type { SocketRecord } from "../records";
import { connectAgain } from "../recovery/recovering";
import { type Arrival, definitionOf, socketIn } from "./arrival";
import { receivePart } from "./attachments";
import { receiveAck } from "./client-acks";
import { dispatch } from "./events";

type Packet<T extends SocketIoPacket["type"]> = Extract<SocketIoPacket, { type: T }>;

/** A frame of a Socket.IO client. What the protocol does not allow closes the connection. */
export async function handleSocketIoFrame(arrival: Arrival, body: string): Promise<void> {
  try {
    assertMessageSize(arrival, body);
    const frame = decodeEngineFrame(body);
    await ENGINE_HANDLERS[frame.type](arrival, frame);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { connectionId } = arrival.connection;
    arrival.services.log.warn(`closed a connection for its packet: ${error.message}`, { connectionId });
    await closeConnection(arrival.services, arrival.connection, "forced close");
  }
}

const ignore = async (): Promise<void> => {};

const ENGINE_HANDLERS: Readonly<
  Record<EngineFrame["type"], (arrival: Arrival, frame: EngineFrame) => Promise<void>>
> = {
  message: async (arrival, frame) => {
    if (frame.type !== "message") return;
    if (isBinaryHeader(frame.data)) await handleHeader(arrival, frame.data);
    else await handleWhole(arrival, decodeSocketIo(frame.data));
  },
  binary: async (arrival, frame) => {
    if (frame.type === "binary") await handleAttachment(arrival, frame.data);
  },
  close: ({ services, connection }) => closeConnection(services, connection, "transport close"),
  ping: async () => {
    throw new ProtocolError("invalid_frame", "expected pings from the server only, got one from the client");
  },
  pong: ({ services, connection }) => services.liveness.see(connection.connectionId),
  upgrade: ignore,
  noop: ignore,
};

async function handlePacket(arrival: Arrival, packet: SocketIoPacket): Promise<void> {
  switch (packet.type) {
    case "connect":
      return handleConnect(arrival, packet);
    case "disconnect":
      return handleDisconnect(arrival, packet);
    case "event":
      return handleEvent(arrival, packet);
    case "ack":
      return handleAck(arrival, packet);
  }
}

/** Beyond the rate: an event or ack is dropped, a CONNECT refused, since its client waits without end. */
async function handleExcess(arrival: Arrival, packet: SocketIoPacket): Promise<void> {
  if (packet.type === "disconnect") return handleDisconnect(arrival, packet);
  if (packet.type !== "connect") return;
  await refuseConnect(arrival, packet.namespace, RATE_REFUSAL);
}

async function handleHeader(arrival: Arrival, data: string): Promise<void> {
  const { namespace, attachments } = decodeBinaryHeader(data);
  // Of a namespace that was left the parts are put together all the same: they must not look like orphans.
  connectedSocket(arrival, { namespace });
  await receivePart(arrival, { data, attachments }, (packet) => handleWhole(arrival, packet));
}

/** Its header may be handled later; but a header, too, belongs to a socket. */
async function handleAttachment(arrival: Arrival, data: Buffer): Promise<void> {
  if (arrival.sockets.length === 0 && !arrival.connection.leftNamespaces) {
    throw new ProtocolError("invalid_frame", "expected a CONNECT first, got an attachment");
  }
  await receivePart(arrival, { data }, (packet) => handleWhole(arrival, packet));
}

/** Beyond the rate parts are put together, too: an event that lacked one would take the next event's. */
function handleWhole(arrival: Arrival, packet: SocketIoPacket): Promise<void> {
  return arrival.isExcess ? handleExcess(arrival, packet) : handlePacket(arrival, packet);
}

/** A client waits for the answer to its CONNECT without end: one that cannot be given is a closed connection. */
async function handleConnect(arrival: Arrival, packet: Packet<"connect">): Promise<void> {
  try {
    await answerConnect(arrival, packet);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    await abandon(arrival.services, arrival.connection, error);
  }
}

async function answerConnect(arrival: Arrival, { namespace, auth = {} }: Packet<"connect">): Promise<void> {
  const { services, connection, sockets, nextStamp } = arrival;
  const definition = definitionOf(arrival, namespace);
  if (!definition) return refuseConnect(arrival, namespace, { message: "Invalid namespace" });
  if (isOneTooMany(arrival, namespace)) return refuseConnect(arrival, namespace, NAMESPACES_REFUSAL);
  const occupant = socketIn(arrival, namespace);
  if (occupant && isOwn(occupant, arrival)) return startOver(arrival);
  if (occupant) await freeSlot(services, occupant);
  const stored = await services.connections.handshake(connection.connectionId);
  if (!stored) return;
  const handshake = handshakeOf(stored, auth);
  const isFirst = sockets.length === 0 && !connection.leftNamespaces;
  const outcome = await connectAgain(services, { connection, definition, handshake, nextStamp, isFirst });
  if (outcome === "exists") throw new ProtocolError("invalid_frame", `a second CONNECT to ${namespace}`);
  if (typeof outcome === "string") return;
  const { message, data } = outcome.refused;
  await refuseConnect(arrival, namespace, { message, data });
}

function refuseConnect(
  { services, connection }: Arrival,
  namespace: string,
  refusal: Parameters<typeof encodeConnectError>[1],
): Promise<void> {
  return greet(services, connection, [encodeConnectError(namespace, refusal)]);
}

async function handleDisconnect(arrival: Arrival, { namespace }: Packet<"disconnect">): Promise<void> {
  const socket = socketIn(arrival, namespace);
  if (!socket) return;
  const { services, nextStamp } = arrival;
  await leaveNamespace(services, socket, { reason: "client namespace disconnect", stamp: nextStamp() });
}

async function handleEvent(arrival: Arrival, packet: Packet<"event">): Promise<void> {
  const record = connectedSocket(arrival, packet);
  if (!record || record.closedFor) return;
  assertEventName(arrival, packet);
  const definition = definitionOf(arrival, packet.namespace);
  if (!definition) return;
  await dispatch(arrival.services, { record, nextStamp: arrival.nextStamp }, packet, definition);
}

async function handleAck(arrival: Arrival, packet: Packet<"ack">): Promise<void> {
  const record = connectedSocket(arrival, packet);
  if (record) await receiveAck(arrival.services, record, packet);
}

/**
 * Anything but a CONNECT belongs to a socket: a client may send it after it was connected. What was on its
 * way when the socket went is nobody's fault.
 */
function connectedSocket(
  arrival: Arrival,
  { namespace }: Pick<SocketIoPacket, "namespace">,
): SocketRecord | undefined {
  const record = socketIn(arrival, namespace);
  if (record || arrival.connection.leftNamespaces?.includes(namespace)) return record;
  throw new ProtocolError("invalid_frame", `expected a CONNECT to ${namespace} first`);
}
