import type { DisconnectReason, Liveness } from "../records";
import type { Settings } from "../settings";
import { movesAt } from "./moving";

/** What the heartbeat owes a connection next, and when: milliseconds since the epoch. */
export type Duty =
  | { readonly kind: "ping" | "expire" | "close again"; readonly at: number }
  | { readonly kind: "cut"; readonly reason: DisconnectReason; readonly at: number };

export type HeartbeatSettings = Pick<
  Settings,
  "pingIntervalMs" | "pingTimeoutMs" | "connectTimeoutMs" | "recoveryWindowMs"
>;

/** A closer has run the listeners by then, or has crashed: a claim of a socket lapses after as long. */
const CLOSED_WITHIN_MS = 60_000;

/**
 * Pings come up to `leadMs` before they are due; nothing is cut before its time. What else is due goes before a
 * ping: a client that does not take pings is asked again and again.
 */
export function nextDuty(liveness: Liveness, settings: HeartbeatSettings, leadMs: number, now: number): Duty {
  const duties = dutiesOf(liveness, settings, leadMs);
  const due = duties.filter(({ at, kind }) => at <= now && kind !== "ping");
  return (due.length > 0 ? due : duties).reduce((first, duty) => (duty.at < first.at ? duty : first));
}

function dutiesOf(liveness: Liveness, settings: HeartbeatSettings, leadMs: number): [Duty, ...Duty[]] {
  const { connectedAt, greetedAt, admittedAt, closedAt, tokenExpiresAt } = liveness;
  if (closedAt !== undefined) return [{ kind: "close again", at: closedAt + CLOSED_WITHIN_MS }];
  const lastAt = liveness.pingedAt ?? greetedAt ?? admittedAt ?? Number.POSITIVE_INFINITY;
  const duties: [Duty, ...Duty[]] = [
    isUnanswered(liveness)
      ? { kind: "cut", reason: "ping timeout", at: liveness.pingedAt + settings.pingTimeoutMs }
      : { kind: "ping", at: lastAt + settings.pingIntervalMs - leadMs },
  ];
  // Without a greeting nobody knows whether a client that was admitted has heard of it.
  if (admittedAt === undefined || greetedAt === undefined) {
    duties.push({ kind: "cut", reason: "forced close", at: connectedAt + settings.connectTimeoutMs });
  }
  const moveAt = movesAt(liveness, settings);
  if (moveAt !== undefined) duties.push({ kind: "cut", reason: "transport close", at: moveAt });
  if (tokenExpiresAt !== undefined) duties.push({ kind: "expire", at: tokenExpiresAt * 1_000 });
  return duties;
}

/** Not by comparing times: the clocks of two Lambdas differ. */
function isUnanswered(liveness: Liveness): liveness is Liveness & { readonly pingedAt: number } {
  return liveness.pingedAt !== undefined && liveness.seen === undefined;
}
