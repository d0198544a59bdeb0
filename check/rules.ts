import { sessionKey } from "../lambdas/aws/dynamodb/keys";
import { livenessKey } from "../lambdas/aws/dynamodb/liveness-items";
import type { ConnectionRule } from "./connection-rule";
import { CLOSING_MS, type Finding, finding, type Since } from "./findings";
import { membershipRules } from "./membership-rules";
import type { ScannedItem } from "./scanned-item";
import { timeOf } from "./scanned-item";
import type { Snapshot } from "./snapshot";
import type { Traces } from "./traces";

const RULES: readonly ConnectionRule[] = [
  companionRule,
  livenessRule,
  strayRule,
  closingRule,
  closedSocketRule,
  ...membershipRules,
];

export function contradictions(snapshot: Snapshot): readonly Finding[] {
  const connections = [...snapshot.connections.values()];
  const among = connections.flatMap((traces) => RULES.flatMap((rule) => rule(traces, snapshot)));
  return [...snapshot.findings, ...among];
}

/** `$connect` writes connection, handshake and liveness together; who closes removes the first two together. */
function companionRule(traces: Traces, { now }: Snapshot): readonly Finding[] {
  const connection = traces.one("connection");
  if (connection === undefined) return [];
  const since = { at: connection.connectedAt, now };
  const found: Finding[] = [];
  if (traces.one("liveness") === undefined)
    found.push(finding("liveness-missing", connection, "the heartbeat does not know this connection", since));
  if (traces.one("handshake") === undefined && !traces.isClosing)
    found.push(finding("handshake-missing", connection, "the connection has no handshake", since));
  return found;
}

/** Deleted last of all: while it is there, the heartbeat comes back for the rest. */
function livenessRule(traces: Traces, { now }: Snapshot): readonly Finding[] {
  return traces.all("liveness").flatMap((liveness) => {
    const found: Finding[] = [];
    if (liveness.pk !== livenessKey(traces.connectionId).pk)
      found.push(finding("liveness-misplaced", liveness, "it is not in its shard", { now }));
    if (traces.one("connection") === undefined)
      found.push(
        finding("connection-missing", liveness, "the heartbeat has a connection that is not there", {
          at: liveness.closedAt ?? liveness.connectedAt,
          now,
          inFlightMs: CLOSING_MS,
        }),
      );
    return found;
  });
}

/** What is a connection's and has none. */
function strayRule(traces: Traces, { now }: Snapshot): readonly Finding[] {
  if (traces.one("connection") !== undefined) return [];
  const stray = (["socket", "handshake", "part"] as const).flatMap((name) =>
    traces.all(name).map((item) => ({ name, item })),
  );
  return stray.map(({ name, item }) =>
    finding(
      "connection-missing",
      item,
      `the ${name}'s connection is not there`,
      beingClosed(traces, item, now),
    ),
  );
}

function closingRule(traces: Traces, { now }: Snapshot): readonly Finding[] {
  const connection = traces.one("connection");
  const liveness = traces.one("liveness");
  if (connection?.closedFor === undefined || liveness === undefined) return [];
  const { closedAt } = liveness;
  if (closedAt === undefined)
    return [
      finding("closing-unlisted", connection, "it is closed, and the heartbeat does not know", { now }),
    ];
  // Beginning again renews the time: older than this, nobody begins again.
  if (now - closedAt < CLOSING_MS) return [];
  return [finding("closing-stuck", connection, "it is closed, and nobody cleans up", { at: closedAt, now })];
}

/** Of a connection that stays: `disconnect` was invoked, and should have removed it. */
function closedSocketRule(traces: Traces, { now }: Snapshot): readonly Finding[] {
  if (traces.isClosing || traces.one("connection") === undefined) return [];
  return traces
    .all("socket")
    .filter(({ closedFor }) => closedFor !== undefined)
    .map((socket) =>
      finding("socket-stuck", socket, "the socket is closed, and still there", {
        at: socket.claimedAt,
        now,
        inFlightMs: CLOSING_MS,
      }),
    );
}

/**
 * Sessions that neither wait for their client, parked by their connection, nor have a socket: a CONNECT that
 * ended before there was one leaves its own, which nobody knows of.
 */
export function straySessions(snapshot: Snapshot): number {
  return [...snapshot.connections.values()].flatMap((traces) => {
    const pids = new Set(traces.all("socket").map(({ pid }) => pid));
    return traces
      .all("session")
      .filter((session) => session.parkedBy !== traces.connectionId && !pids.has(pidOf(session)));
  }).length;
}

function pidOf({ pk }: ScannedItem): string {
  return pk.slice(sessionKey("").pk.length);
}

function beingClosed(traces: Traces, item: ScannedItem, now: number): Since {
  const closedAt = traces.one("liveness")?.closedAt;
  if (closedAt !== undefined) return { at: closedAt, now, inFlightMs: CLOSING_MS };
  return { at: timeOf(item.stamp) ?? item.arrivedAt, now };
}
