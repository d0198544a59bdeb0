import * as v from "valibot";
import type { DisconnectReason } from "./records";

/** Raised when the shape of an event between our own Lambdas changes: a deploy meets workers of the version before. */
export const EVENT_VERSION = 1;

/**
 * @throws Error that names what does not fit. Valibot's own holds the event, with payloads and claims, and Lambda
 * logs all that a thrown error holds.
 */
export function parseEvent<Schema extends v.GenericSchema>(
  schema: Schema,
  event: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, event);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`event: ${v.getDotPath(issue) ?? "itself"}: expected ${issue.expected ?? issue.type}`);
}

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

/**
 * `connect` → `open`. `identity` is what the middleware made of a JSON client's token at the upgrade; without a
 * token there is the `sid` of the socket it would be, so that a repetition finishes the socket it finds.
 */
export const openEvent = v.object({
  version: v.literal(EVENT_VERSION),
  connectionId: v.string(),
  protocol: v.picklist(["socket.io", "json"]),
  connectedAt: v.number(),
  identity: v.optional(identity),
  sid: v.optional(v.string()),
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

const member = v.object({
  connectionId: v.string(),
  connectedAt: v.number(),
  sid: v.string(),
  protocol: v.picklist(["socket.io", "json"]),
  /** Where to look for it, should it be on another connection by then. */
  namespace: v.optional(v.string()),
  isProtected: v.optional(v.boolean()),
  activeFrom: v.optional(v.number()),
  replayedAfter: v.optional(v.string()),
});

/** Emits as workers get them. What is not named here does not reach them. */
export const deliveredEmits = v.array(
  v.object({
    target: v.variant("kind", [
      v.object({
        kind: v.literal("rooms"),
        namespace: v.string(),
        rooms: v.array(v.string()),
        except: v.array(v.string()),
      }),
      v.object({ kind: v.literal("socket"), socket: member }),
    ]),
    isVolatile: v.optional(v.boolean()),
    frames: v.object({ "socket.io": v.array(v.string()), json: v.array(v.string()) }),
    offset: v.optional(v.string()),
    earlier: v.optional(v.array(v.string())),
  }),
);

/** Whoever delivers to many, and `deliver` itself → `deliver`. */
export const deliverEvent = v.object({
  version: v.literal(EVENT_VERSION),
  delivery: v.object({
    id: v.string(),
    /** How many shares all sids are divided into. */
    shares: v.number(),
    /** Of one share. */
    postsPerSecond: v.number(),
    /** Absent when they are kept in the table. */
    emits: v.optional(deliveredEmits),
  }),
  /** The worker's own is the first; it starts workers for the others. */
  shares: v.array(v.number()),
  /** How often the share was handed over when a worker's time ended. */
  handOvers: v.number(),
});
export type DeliverEvent = v.InferOutput<typeof deliverEvent>;
