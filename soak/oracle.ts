import type { Logged } from "./log";
import { doubles, losses, owedTo, strays } from "./oracle/deliveries";
import { type Emission, emissions } from "./oracle/emission";
import { disorders } from "./oracle/order";
import type { Session } from "./oracle/session";
import { type SessionRules, sessions } from "./oracle/sessions";
import type { Violation } from "./oracle/violation";

export interface Verdict {
  /** Packets that clients certainly had a right to. */
  readonly owed: number;
  /** How many of these came. */
  readonly delivered: number;
  /** All that came. */
  readonly received: number;
  /** Clients that came back in time and were another socket. */
  readonly unrecovered: number;
  readonly violations: readonly Violation[];
}

/**
 * Judges by what clients and emitters saw alone. What may have happened either way, because an answer got
 * lost or two things were under way at once, counts neither way.
 */
export function judge(log: readonly Logged[], rules: SessionRules): Verdict {
  const all = emissions(log, rules.largeMs);
  const byRoom = groupByRoom([...all.values()]);
  const verdicts = sessions(log, rules).map((session) => judgeSession(session, all, byRoom));
  const sum = (key: "owed" | "delivered" | "received" | "unrecovered") =>
    verdicts.reduce((total, verdict) => total + verdict[key], 0);
  return {
    owed: sum("owed"),
    delivered: sum("delivered"),
    received: sum("received"),
    unrecovered: sum("unrecovered"),
    violations: verdicts.flatMap(({ violations }) => violations),
  };
}

function judgeSession(
  session: Session,
  all: ReadonlyMap<string, Emission>,
  byRoom: ReadonlyMap<string, readonly Emission[]>,
): Verdict {
  const owed = owedTo(session, byRoom);
  const missing = losses(session, owed, all);
  const others = [...doubles(session, all), ...strays(session, all), ...disorders(session, all)];
  return {
    owed: owed.length,
    delivered: owed.length - missing.length,
    received: session.receipts.length,
    unrecovered: session.isAbandoned ? 1 : 0,
    violations: [...missing, ...others],
  };
}

function groupByRoom(all: readonly Emission[]): ReadonlyMap<string, readonly Emission[]> {
  const byRoom = new Map<string, Emission[]>();
  for (const emission of all) {
    const others = byRoom.get(emission.room);
    if (others === undefined) byRoom.set(emission.room, [emission]);
    else others.push(emission);
  }
  return byRoom;
}
