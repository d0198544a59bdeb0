import { loadavg } from "node:os";
import { type BenchmarkOptions, positiveNumber, type Report } from "../benchmark";
import * as broadcastBench from "../broadcast";
import { type Broadcast, Cloud } from "../broadcast/cloud";
import type { Faults } from "../broadcast/stage";
import { audit } from "./audit";

export const summary =
  "who gets a message twice, or never, when posts are refused, find nobody, or are cut off";

const { connections: _, ...times } = broadcastBench.options;

/** `deliveries`: one message for so many connections. The shares are of all posts, in percent. */
export const options = {
  deliveries: "1000000",
  "status-429-percent": "1",
  "status-410-percent": "0.5",
  "reset-percent": "0.1",
  ...times,
};

export async function run(given: BenchmarkOptions): Promise<Report> {
  const deliveries = positiveNumber(given, "deliveries");
  const cloud = new Cloud(broadcastBench.cloudProps(given));
  try {
    return reportOf(await cloud.broadcast(deliveries, faultsIn(given)));
  } finally {
    await cloud.stop();
  }
}

/** Half of the resets come when the frame was taken, and a quarter each while idle and before it is taken. */
function faultsIn(given: BenchmarkOptions): Faults {
  const share = (name: string) => positiveNumber(given, name) / 100;
  const resets = share("reset-percent");
  return {
    refused: share("status-429-percent"),
    gone: share("status-410-percent"),
    resetIdle: resets / 4,
    resetBefore: resets / 4,
    resetAfter: resets / 2,
  };
}

function reportOf(broadcast: Broadcast): Report {
  const { stage, count, reportedGone, seconds } = broadcast;
  const { posts } = stage;
  const { doubled, lost, unknownTaken } = audit(broadcast);
  const row = {
    deliveries: count.recipients,
    sent: count.sent,
    gone: count.gone,
    failed: count.failed,
    unknown: count.unknown,
    doubled,
    lost,
    unknownButTaken: unknownTaken,
    reportedGone,
    status429s: posts.refused,
    status410s: posts.gone,
    resetsIdle: posts["taken, then reset idle"],
    resetsBefore: posts["reset before"],
    resetsAfter: posts["reset after"],
    seconds: Number(seconds.toFixed(1)),
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
  if (doubled + lost > 0) process.exitCode = 1;
  const ratios = {
    doubled: doubled / row.deliveries,
    lost: lost / row.deliveries,
    unknown: Number((row.unknown / row.resetsAfter).toFixed(3)),
  };
  return { bench: "faults", ratios, rows: [row], notes: NOTES };
}

const NOTES = [
  "One broadcast by the code of push and deliver with their poster, over TCP, as in the benchmark broadcast; faults are drawn for each post, with the same seed each time.",
  "doubled: connections for which a frame was taken twice. lost: those for which none was, and that are not counted as gone, failed or unknown. Either makes the command fail.",
  "resetsAfter: the frame was taken, and the TCP connection reset instead of an answer. resetsBefore: the post was read and not done. resetsIdle: the connection was reset when it had answered and was idle, within 30 ms.",
  "unknown is resetsAfter and resetsBefore, and of the idle ones those that met a post on its way: who posts sees the same in all three, and posts none of them again. unknownButTaken are those that arrived. Ratios: doubled and lost by deliveries, unknown by resetsAfter.",
];
