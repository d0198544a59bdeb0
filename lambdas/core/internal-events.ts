import * as v from "valibot";
import type { DisconnectReason } from "./records";

/** Raised when the shape of an event between our own Lambdas changes: a deploy meets workers of the version before. */
export const EVENT_VERSION = 1;

const DISCONNECT_REASONS = [
  "client namespace disconnect",
  "server namespace disconnect",
  "transport close",
  "ping timeout",
  "forced close",
] as const satisfies readonly DisconnectReason[];

const identity = v.object({
  sid: v.string(),
  rooms: v.array(v.string()),
  userId: v.optional(v.string()),
  claims: v.optional(v.record(v.string(), v.unknown())),
  tokenExpiresAt: v.optional(v.number()),
  data: v.record(v.string(), v.unknown()),
});

/** `connect` → `open`. `identity` is what the middleware made of a JSON client's token at the upgrade. */
export const openEvent = v.object({
  version: v.literal(EVENT_VERSION),
  connectionId: v.string(),
  protocol: v.picklist(["socket.io", "json"]),
  connectedAt: v.number(),
  identity: v.optional(identity),
});
export type OpenEvent = v.InferOutput<typeof openEvent>;

/** Any Lambda → `disconnect`: whole connections, or with `sid` one socket of a connection. */
export const disconnectEvent = v.object({
  version: v.literal(EVENT_VERSION),
  connections: v.array(v.object({ connectionId: v.string(), sid: v.optional(v.string()) })),
  reason: v.picklist(DISCONNECT_REASONS),
  /** Whether the WebSocket must still be closed: a 410 can be a false one, and a live client without traces hears nothing. */
  cut: v.boolean(),
});
export type DisconnectEvent = v.InferOutput<typeof disconnectEvent>;
