import { FIRST_OF_CONNECTION, FIRST_OF_PARTS, handshakeKey, type Key } from "../lambdas/aws/dynamodb/keys";
import type { ScannedItem } from "./scanned-item";

export type KindName =
  | "connection"
  | "socket"
  | "handshake"
  | "part"
  | "membership"
  | "liveness"
  | "run"
  | "ack"
  | "seen"
  | "log"
  | "session"
  | "replay"
  | "undelivered"
  | "window"
  | "share"
  | "content";

/** One kind of item: how it is known, and what of it is looked at. */
export interface Kind {
  readonly name: KindName;
  readonly is: (key: Key) => boolean;
  /** Read besides the key and `expiresAt`; what applications stored is left where it is. */
  readonly attributes: readonly string[];
  /** The connection with whose other items it has to agree. */
  readonly connectionId?: (item: ScannedItem) => string | undefined;
  /** What is left over of it by a Lambda that ended early: harmless, and said. */
  readonly leftover?: (item: ScannedItem, now: number) => string | undefined;
}

const OF_CONNECTION = "CONN#";
const OWN_CONNECTION = ({ pk }: ScannedItem) => pk.slice(OF_CONNECTION.length);
const isPast = (time: number | undefined, now: number) => time !== undefined && time <= now;

/** Every item of the service's table. One that is none of these is reported as unknown. */
export const KINDS: readonly Kind[] = [
  {
    name: "connection",
    is: inConnection((sk) => sk === FIRST_OF_CONNECTION),
    attributes: ["connectedAt", "closedFor", "isProtected", "turnId", "turnUntil"],
    connectionId: OWN_CONNECTION,
    leftover: ({ turnId, turnUntil }, now) =>
      turnId !== undefined && isPast(turnUntil, now) ? "a turn to post that has run out" : undefined,
  },
  {
    name: "socket",
    is: inConnection((sk) => sk.startsWith("SOCK#")),
    attributes: ["namespace", "sid", "stamp", "userId", "rooms", "left", "closedFor", "claimedAt", "pid"],
    connectionId: OWN_CONNECTION,
  },
  {
    name: "handshake",
    is: inConnection((sk) => sk === handshakeKey("").sk),
    attributes: [],
    connectionId: OWN_CONNECTION,
  },
  {
    name: "part",
    is: inConnection((sk) => sk.startsWith(FIRST_OF_PARTS)),
    attributes: ["arrivedAt"],
    connectionId: OWN_CONNECTION,
  },
  {
    name: "membership",
    is: ({ pk }) => pk.startsWith("ROOM#"),
    attributes: ["connectionId", "stamp", "isProtected"],
    connectionId: ({ connectionId }) => connectionId,
  },
  {
    name: "liveness",
    is: ({ pk }) => pk.startsWith("BEAT#"),
    attributes: ["connectedAt", "closedAt"],
    connectionId: ({ sk }) => sk,
  },
  { name: "undelivered", is: ({ pk }) => pk.startsWith("MISS#"), attributes: [] },
  { name: "log", is: ({ pk }) => pk.startsWith("LOG#"), attributes: [] },
  {
    name: "session",
    is: ({ pk, sk }) => pk.startsWith("SESS#") && sk === "SESS",
    attributes: ["connectionId", "parkedBy"],
    connectionId: ({ connectionId }) => connectionId,
  },
  { name: "replay", is: ({ pk }) => pk.startsWith("REPLAY#"), attributes: [] },
  {
    name: "share",
    is: ({ pk, sk }) => pk.startsWith("DELIVERY#") && sk.startsWith("SHARE#"),
    attributes: ["claimedUntil", "isFinished"],
    leftover: ({ claimedUntil, isFinished }, now) =>
      !isFinished && isPast(claimedUntil, now) ? "a share of a delivery that nobody finished" : undefined,
  },
  {
    name: "content",
    is: ({ pk, sk }) => pk.startsWith("DELIVERY#") && sk.startsWith("CONTENT#"),
    attributes: [],
  },
  { name: "window", is: ({ pk }) => pk.startsWith("RATE#"), attributes: [] },
  { name: "run", is: ({ pk, sk }) => pk === "BEAT" && sk === "RUN", attributes: [] },
  {
    name: "ack",
    is: ({ pk }) => pk.startsWith("ACK#"),
    attributes: ["awaitedUntil"],
    leftover: ({ awaitedUntil }, now) =>
      isPast(awaitedUntil, now) ? "an ack that nobody waits for any more" : undefined,
  },
  {
    name: "seen",
    is: ({ pk, sk }) => pk.startsWith("SEEN#") && sk === "SEEN",
    attributes: ["claimedUntil", "isDone"],
    leftover: ({ claimedUntil, isDone }, now) =>
      !isDone && isPast(claimedUntil, now) ? "an attempt that never came to its end" : undefined,
  },
];

export function kindOf(key: Key): Kind | undefined {
  return KINDS.find(({ is }) => is(key));
}

function inConnection(is: (sk: string) => boolean): (key: Key) => boolean {
  return ({ pk, sk }) => pk.startsWith(OF_CONNECTION) && is(sk);
}
