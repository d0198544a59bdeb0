import {
  decodeJsonFrame,
  encodeJsonAck,
  encodeJsonError,
  encodeJsonPong,
  type FrameId,
  type JsonErrorCode,
  type JsonFrame,
} from "../../protocol/json-frames";
import { ProtocolError } from "../../protocol/protocol-error";
import type { ConnectError } from "../api/api";
import { authenticate, connectAs, type Identity } from "../connections/connecting";
import { abandon } from "../connections/disconnecting";
import { handshakeOf } from "../connections/handshake";
import { tell } from "../delivery/telling";
import { refuseExcess } from "../limits/excess";
import { assertEventName, assertMessageSize } from "../limits/sizes";
import { withinSockets } from "../limits/sockets-per-user";
import type { SocketRecord } from "../records";
import { type Arrival, definitionOf, socketIn } from "./arrival";
import { receiveAck } from "./client-acks";
import { DIALECTS } from "./dialects";
import { dispatch, type EventOutcome } from "./events";

const NOT_CONNECTED =
  'expected {"auth": {"token": …}} first, or the service\'s "connected" to come before events';

const ANOTHER_USER = "auth.token: expected a token of the same user, got another's";

type Frame<T extends JsonFrame["type"]> = Extract<JsonFrame, { type: T }>;

/** A frame of a plain JSON client. A malformed one is answered, and the WebSocket stays open. */
export async function handleJsonFrame(arrival: Arrival, body: string): Promise<void> {
  try {
    assertMessageSize(arrival, body);
    await handleFrame(arrival, decodeJsonFrame(body));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { reason, message, field, id } = error;
    await say(arrival, encodeJsonError({ code: reason, message, field }, id));
  }
}

async function handleFrame(arrival: Arrival, frame: JsonFrame): Promise<void> {
  // A pong that was lost would cut the client.
  if (arrival.isExcess && frame.type !== "pong") refuseExcess(frame.type === "event" ? frame.id : undefined);
  switch (frame.type) {
    case "event":
      return handleEvent(arrival, frame);
    case "auth":
      return handleAuth(arrival, frame);
    case "ping":
      return say(arrival, encodeJsonPong());
    case "pong":
      return arrival.services.liveness.see(arrival.connection.connectionId);
    case "ack":
      return handleAck(arrival, frame);
  }
}

async function handleEvent(arrival: Arrival, frame: Frame<"event">): Promise<void> {
  const { id } = frame;
  assertEventName(arrival, frame);
  const record = socketOf(arrival);
  if (record?.closedFor) return;
  if (!record) return sayError(arrival, "not_connected", NOT_CONNECTED, id);
  const definition = definitionOf(arrival, record.namespace);
  if (!definition) return;
  const { services, nextStamp } = arrival;
  const handled = await dispatch(services, { record, nextStamp }, frame, definition);
  if (!handled.isAnswered) await say(arrival, answerTo(frame, handled));
}

/** What an event is answered that no listener has answered. */
function answerTo({ event, id }: Frame<"event">, handled: EventOutcome): string | undefined {
  switch (handled.outcome) {
    case "done":
      return id === undefined ? undefined : encodeJsonAck(id, []);
    case "unknown":
      return encodeJsonError({ code: "unknown_event", message: `event: nothing listens to "${event}"` }, id);
    case "refused": {
      const { message, data } = handled.refusal;
      return encodeJsonError({ code: "unauthorized", message, data }, id);
    }
    case "failed":
    case "overrun":
      return encodeJsonError({ code: "listener_failed", message: `event: "${event}" failed` }, id);
  }
}

async function handleAck(arrival: Arrival, frame: Frame<"ack">): Promise<void> {
  const record = socketOf(arrival);
  if (record) await receiveAck(arrival.services, record, frame);
}

/** The first frame of a client that brought no token to the upgrade, or a fresh token for the same user. */
async function handleAuth(arrival: Arrival, frame: Frame<"auth">): Promise<void> {
  try {
    await answerAuth(arrival, frame);
  } catch (error) {
    await abandon(arrival.services, arrival.connection, error);
  }
}

async function answerAuth(arrival: Arrival, { token }: Frame<"auth">): Promise<void> {
  const { services, connection, nextStamp } = arrival;
  const definition = definitionOf(arrival, connection.namespace ?? "/");
  const stored = await services.connections.handshake(connection.connectionId);
  if (!definition || !stored) return;
  const record = socketOf(arrival);
  const handshake = handshakeOf(stored, { token });
  const request = { connection, definition, handshake, nextStamp, isFirst: record === undefined };
  const found = await authenticate(services, request);
  // Who refreshes a token is counted already.
  const isKnown = record?.userId !== undefined;
  const identity = isKnown ? found : await withinSockets(services, request, found);
  if ("refused" in identity) return sayRefused(arrival, identity.refused);
  if (record) return refresh(arrival, record, identity);
  if ((await connectAs(services, request, identity)) !== "exists") return;
  // `open` connected it as nobody in the meantime: from here on it is somebody.
  const loaded = await services.connections.load(connection.connectionId);
  const opened = loaded && socketIn(loaded, definition.name);
  if (opened) await refresh(arrival, opened, identity);
}

async function refresh(arrival: Arrival, record: SocketRecord, identity: Identity): Promise<void> {
  const { userId, claims, tokenExpiresAt } = identity;
  if (record.userId !== undefined && record.userId !== userId) {
    return sayError(arrival, "unauthorized", ANOTHER_USER);
  }
  const outcome = await arrival.services.sockets.authenticate(record, { userId, claims, tokenExpiresAt });
  if (outcome === "closed") return;
  if (outcome === "taken") return sayError(arrival, "unauthorized", ANOTHER_USER);
  await arrival.services.liveness.admit(record.connectionId, tokenExpiresAt);
  const { settings } = arrival.services;
  const connected = DIALECTS.json.connected({ ...record, userId, tokenExpiresAt }, settings);
  await tell(arrival.services, record, connected);
}

function sayRefused(arrival: Arrival, { message, data }: ConnectError): Promise<void> {
  const told = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return say(arrival, encodeJsonError({ code: codeOf(told), message, data }));
}

function codeOf(told: unknown): JsonErrorCode {
  if (told === "token_expired") return told;
  return told === "too_many_sockets" ? "rate_limited" : "unauthorized";
}

function sayError(arrival: Arrival, code: JsonErrorCode, message: string, id?: FrameId): Promise<void> {
  return say(arrival, encodeJsonError({ code, message }, id));
}

async function say({ services, connection }: Arrival, frame: string | undefined): Promise<void> {
  if (frame !== undefined) await tell(services, connection, [frame]);
}

/** A plain JSON WebSocket has one socket, in the namespace that it was opened for. */
function socketOf({ sockets }: Arrival): SocketRecord | undefined {
  return sockets[0];
}
