import * as v from "valibot";
import { ACK_IDS } from "./ack-ids";
import { reviveBinary, stringifyWithBinary } from "./binary-json";
import { checkNesting } from "./nesting";
import { ProtocolError, type ProtocolErrorDetails } from "./protocol-error";
import { isReservedEvent } from "./reserved-events";

/** An integer from 0 to 2^31 - 1, or a string of 1 to 64 characters. */
export type FrameId = number | string;

/** What a client may send. */
export type JsonFrame =
  | { readonly type: "event"; readonly event: string; readonly args: unknown[]; readonly id?: FrameId }
  | { readonly type: "ack"; readonly id: FrameId; readonly args: unknown[] }
  | { readonly type: "ping" | "pong" }
  | { readonly type: "auth"; readonly token: string };

export type JsonErrorCode =
  | "invalid_frame"
  | "reserved_event"
  | "unknown_event"
  | "unauthorized"
  | "token_expired"
  | "rate_limited"
  | "payload_too_large"
  | "listener_failed"
  | "not_connected";

export interface JsonConnected {
  readonly id: string;
  readonly userId?: string;
  readonly maxPayloadBytes: number;
  readonly pingIntervalSeconds: number;
  /** Seconds since the epoch. */
  readonly tokenExpiresAt?: number;
}

export interface JsonError {
  readonly code: JsonErrorCode;
  readonly message: string;
  /** Dotted path of the member at fault. */
  readonly field?: string;
  readonly data?: unknown;
}

export interface JsonDisconnect {
  readonly reason: string;
  /** Whether connecting again makes sense. */
  readonly reconnect: boolean;
}

/**
 * Decodes one frame of a client.
 *
 * @throws ProtocolError with the `field` at fault, and the frame's `id` when it had a usable one.
 */
export function decodeJsonFrame(body: string): JsonFrame {
  const frame = parseObject(body);
  return READERS[keyOf(frame)](frame);
}

/** The first frame of a connection, and again after a new `auth`. */
export function encodeJsonConnected(connected: JsonConnected): string {
  return stringifyWithBinary({ connected });
}

export function encodeJsonEvent(event: string, args: readonly unknown[], id?: FrameId): string {
  return stringifyWithBinary({ event, ...payload(args), id });
}

export function encodeJsonAck(id: FrameId, args: readonly unknown[]): string {
  return stringifyWithBinary({ ack: id, ...payload(args) });
}

/** `id` is that of the frame which the error answers. */
export function encodeJsonError(error: JsonError, id?: FrameId): string {
  return stringifyWithBinary({ error, id });
}

/** The last frame before every close that the service makes. */
export function encodeJsonDisconnect(disconnect: JsonDisconnect): string {
  return stringifyWithBinary({ disconnect });
}

export function encodeJsonPing(): string {
  return '{"ping":true}';
}

export function encodeJsonPong(): string {
  return '{"pong":true}';
}

/** `data` is always the first argument; `args` is there when there are several; neither when there is none. */
function payload(args: readonly unknown[]): { data?: unknown; args?: readonly unknown[] } {
  if (args.length === 0) return {};
  const data = args[0] === undefined ? null : args[0];
  return args.length === 1 ? { data } : { data, args };
}

type Frame = Readonly<Record<string, unknown>>;
type Key = (typeof KEYS)[number];

const KEYS = ["event", "ack", "ping", "pong", "auth"] as const;

const READERS: Readonly<Record<Key, (frame: Frame) => JsonFrame>> = {
  event: readEvent,
  ack: readAck,
  ping: () => ({ type: "ping" }),
  pong: () => ({ type: "pong" }),
  auth: readAuth,
};

// The message of each schema is what it expects.
const idSchema = v.custom<FrameId>(
  isFrameId,
  "an integer from 0 to 2147483647 or a string of 1 to 64 characters",
);
const argsSchema = v.optional(v.array(v.unknown(), "an array"));
const eventSchema = v.object({ event: v.string("a string"), id: v.optional(idSchema), args: argsSchema });
const ackSchema = v.object({ ack: idSchema, args: argsSchema });
const authSchema = v.object({
  auth: v.object({ token: v.pipe(v.string("a string"), v.nonEmpty("a token")) }, "an object with a token"),
});

function readEvent(frame: Frame): JsonFrame {
  const { event, id } = check(eventSchema, frame);
  if (isReservedEvent(event)) {
    throw new ProtocolError("reserved_event", `event: "${event}" is reserved`, { field: "event", id });
  }
  const args = readArgs(frame, id);
  return id === undefined ? { type: "event", event, args } : { type: "event", event, args, id };
}

function readAck(frame: Frame): JsonFrame {
  const { ack } = check(ackSchema, frame);
  return { type: "ack", id: ack, args: readArgs(frame) };
}

function readAuth(frame: Frame): JsonFrame {
  return { type: "auth", token: check(authSchema, frame).auth.token };
}

/** `args` was checked to be an array. */
function readArgs(frame: Frame, id?: FrameId): unknown[] {
  const hasData = Object.hasOwn(frame, "data");
  if (Array.isArray(frame.args)) {
    if (hasData) throw invalid("expected data or args, got both", { field: "args", id });
    checkNesting(frame.args, "args", id);
    return frame.args.map(reviveBinary);
  }
  if (!hasData) return [];
  checkNesting(frame.data, "data", id);
  return [reviveBinary(frame.data)];
}

function parseObject(body: string): Frame {
  const value = parse(body);
  if (!isObject(value)) throw invalid(`expected a JSON object, got ${describe(value)}`);
  return value;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid(`expected JSON, got ${body.length} characters of something else`);
  }
}

function keyOf(frame: Frame): Key {
  const [key, second] = KEYS.filter((candidate) => Object.hasOwn(frame, candidate));
  if (key !== undefined && second === undefined) return key;
  const got = key === undefined ? "none" : `${key} and ${second}`;
  throw invalid(`expected exactly one of ${KEYS.join(", ")}, got ${got}`, { id: usableId(frame) });
}

function check<S extends v.GenericSchema<unknown, unknown>>(schema: S, frame: Frame): v.InferOutput<S> {
  const result = v.safeParse(schema, frame);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? undefined;
  throw invalid(`${field}: expected ${issue.message}, got ${describe(issue.input)}`, {
    field,
    id: usableId(frame),
  });
}

function invalid(message: string, details: ProtocolErrorDetails = {}): ProtocolError {
  return new ProtocolError("invalid_frame", message, details);
}

function usableId({ id }: Frame): FrameId | undefined {
  return isFrameId(id) ? id : undefined;
}

function isFrameId(id: unknown): id is FrameId {
  if (typeof id === "string") return id.length >= 1 && id.length <= 64;
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id < ACK_IDS;
}

function isObject(value: unknown): value is Frame {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What came, short: a number is told, what strings and objects hold is not. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return `a string of ${value.length} characters`;
  return typeof value === "object" ? "an object" : String(value);
}
