import type { Liveness } from "../records";
import type { Settings } from "../settings";
import { shardOf } from "./shards";

const MINUTE_MS = 60_000;

/** Well before API Gateway ends a connection, after two hours. */
const FIRST_MOVE_MS = 80 * MINUTE_MS;
/** An account takes 500 new connections a second: what connected at once must not come back at once. */
const SPREAD_MINUTES = 35;

/**
 * When a client is moved to a new connection, in milliseconds since the epoch: with recovery it loses nothing,
 * and a plain JSON client is at least told. Without either a move would be the cut itself, only earlier:
 * `undefined`.
 */
export function movesAt(
  { connectionId, connectedAt, protocol }: Liveness,
  { recoveryWindowMs }: Pick<Settings, "recoveryWindowMs">,
): number | undefined {
  if (protocol === "socket.io" && recoveryWindowMs === 0) return undefined;
  return connectedAt + FIRST_MOVE_MS + shardOf(connectionId, SPREAD_MINUTES) * MINUTE_MS;
}
