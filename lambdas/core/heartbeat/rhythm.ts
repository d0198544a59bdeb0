import type { HeartbeatSettings } from "./duties";

const MINUTE_MS = 60_000;
/** Its default, 45 s, may be overrun by a minute: what waits to be cut is nobody yet. */
const SHORT_CONNECT_TIMEOUT_MS = 30_000;

/** How closely the heartbeat keeps to its intervals. */
export interface Rhythm {
  /** Whether a run ticks until the next one begins, or looks once. */
  readonly ticks: boolean;
  /** How much earlier than due a ping may be sent, so that it need not wait for the next look. */
  readonly leadMs: number;
  /** Between two looks of one run. */
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
}

/**
 * A run a minute pings each connection in the run nearest to when it is due. Intervals below a minute need a
 * run that goes on, which a Lambda costs as long as it does: they are for tests.
 */
export function rhythmOf({ pingIntervalMs, pingTimeoutMs, connectTimeoutMs }: HeartbeatSettings): Rhythm {
  const shortest = Math.min(pingIntervalMs, pingTimeoutMs, connectTimeoutMs);
  const ticks =
    Math.min(pingIntervalMs, pingTimeoutMs) < MINUTE_MS || connectTimeoutMs < SHORT_CONNECT_TIMEOUT_MS;
  const grain = shortest / 8;
  return {
    ticks,
    leadMs: ticks ? grain : MINUTE_MS / 2,
    shortestPauseMs: grain,
    // What connects during a pause is due no sooner than this.
    longestPauseMs: shortest,
  };
}
