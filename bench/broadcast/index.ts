import { loadavg } from "node:os";
import {
  type BenchmarkOptions,
  median,
  positiveNumber,
  positiveNumbers,
  type Report,
  type Row,
} from "../benchmark";
import { type Broadcast, Cloud, type CloudProps } from "./cloud";
import { NO_FAULTS } from "./stage";

export const summary =
  "seconds until the last of many connections has its message, beside the account's rate and AWS's samples";

/** `rate` and `burst`: of the account, in posts a second; a broadcast uses all of it. */
export const options = {
  connections: "1000,10000,100000,1000000",
  rate: "10000",
  burst: "5000",
  "post-ms": "15",
  "query-ms": "5",
  "invoke-ms": "40",
};

export async function run(given: BenchmarkOptions): Promise<Report> {
  const sizes = positiveNumbers(given, "connections");
  const props = cloudProps(given);
  const cloud = new Cloud(props);
  try {
    await warmUp(cloud, sizes, props);
    const measured: Size[] = [];
    for (const connections of sizes) measured.push(await measure(cloud, connections, props));
    return reportOf(measured);
  } finally {
    await cloud.stop();
  }
}

export function cloudProps(given: BenchmarkOptions): CloudProps {
  return {
    rate: positiveNumber(given, "rate"),
    burst: positiveNumber(given, "burst"),
    postMs: positiveNumber(given, "post-ms"),
    queryMs: positiveNumber(given, "query-ms"),
    invokeMs: positiveNumber(given, "invoke-ms"),
  };
}

/** A second's broadcast starts all environments that there will be. */
async function warmUp(cloud: Cloud, sizes: readonly number[], { rate }: CloudProps): Promise<void> {
  await cloud.broadcast(Math.min(rate, Math.max(...sizes)), NO_FAULTS);
}

/** Up to this floor a broadcast is done so many times. */
const SHORT_SECONDS = 2;
const ROUNDS = 5;

/** The rows of one number of connections. */
interface Size {
  readonly roomcast: Row & { readonly seconds: number; readonly floorSeconds: number };
  readonly sequential: Row & { readonly seconds: number };
  readonly concurrent: Row & { readonly seconds: number };
}

async function measure(cloud: Cloud, connections: number, { rate }: CloudProps): Promise<Size> {
  return {
    roomcast: rowOf(await medianBroadcast(cloud, connections, rate), connections, connections / rate),
    sequential: await sample(cloud, "sequential", connections),
    concurrent: await sample(cloud, "concurrent", connections),
  };
}

/** One moment in which the machine does something else is much of a short one. */
async function medianBroadcast(cloud: Cloud, connections: number, rate: number): Promise<Broadcast> {
  const broadcasts: Broadcast[] = [];
  const rounds = connections > SHORT_SECONDS * rate ? 1 : ROUNDS;
  while (broadcasts.length < rounds) {
    const broadcast = await cloud.broadcast(connections, NO_FAULTS);
    assertOnceEach(broadcast);
    broadcasts.push(broadcast);
  }
  const middle = median(broadcasts.map(({ seconds }) => seconds));
  const found = broadcasts.find(({ seconds }) => seconds === middle);
  if (!found) throw new Error("expected an odd number of rounds");
  return found;
}

function rowOf(broadcast: Broadcast, connections: number, floorSeconds: number): Size["roomcast"] {
  const { stage, seconds, invocations, maxMegabytes, peakPostsPerSecond } = broadcast;
  return {
    client: "roomcast",
    connections,
    seconds: rounded(seconds),
    floorSeconds: rounded(floorSeconds),
    ratio: rounded(seconds / floorSeconds),
    peakPostsPerSecond,
    peakArrivalsPerSecond: stage.peakArrivalsPerSecond,
    status429s: stage.posts.refused,
    invocations,
    maxWorkerMegabytes: rounded(maxMegabytes),
    loadAverage: rounded(loadavg()[0] ?? 0),
  };
}

function assertOnceEach({ stage: { doubled, missing }, count, logged }: Broadcast): void {
  if (doubled === 0 && missing.length === 0) return;
  throw new Error(
    `expected everybody to get it once: ${doubled} got it twice, ${missing.length} never, ${JSON.stringify({ count, logged })}`,
  );
}

/** More than that takes hours, and does not tell more. */
const MOST_SAMPLED = { sequential: 300, concurrent: 10_000 };

async function sample(
  cloud: Cloud,
  kind: keyof typeof MOST_SAMPLED,
  connections: number,
): Promise<Size["sequential"]> {
  const sampled = Math.min(connections, MOST_SAMPLED[kind]);
  const seconds = rounded(((await cloud.sample(kind, sampled)) * connections) / sampled);
  const row = { client: `samples, ${kind}`, connections, seconds };
  return sampled < connections ? { ...row, extrapolatedFrom: sampled } : row;
}

/** Of the largest number of connections, by seconds. */
function reportOf(sizes: readonly Size[]): Report {
  const [largest] = [...sizes].sort((one, other) => other.roomcast.floorSeconds - one.roomcast.floorSeconds);
  if (!largest) throw new Error("expected a number of connections");
  const { roomcast, sequential, concurrent } = largest;
  const ratio = (seconds: number) => Number((roomcast.seconds / seconds).toPrecision(3));
  return {
    bench: "broadcast",
    ratios: {
      floor: ratio(roomcast.floorSeconds),
      sequential: ratio(sequential.seconds),
      concurrent: ratio(concurrent.seconds),
    },
    rows: sizes.flatMap((size) => [size.roomcast, size.sequential, size.concurrent]),
    notes: NOTES,
  };
}

const rounded = (value: number) => Number(value.toFixed(3));

const NOTES = [
  "seconds: from the beginning of push until the last connection's post is answered. floorSeconds: connections by the account's rate. Ratios: seconds against seconds, of the largest number of connections. Of a broadcast with a floor of up to 2 s, the median of five.",
  "The code of push and deliver with their poster, bundled, each worker in a process of its own that is warm, against one process that answers posts over plain HTTP after --post-ms and with 429 above the rate. The table's and Lambda's answers come from the benchmark, after --query-ms and --invoke-ms.",
  "peakPostsPerSecond: what the workers together began in the busiest second, whenever it began; peakArrivalsPerSecond: what arrived in it, where a process that waits for a CPU lets posts pile up. maxWorkerMegabytes: the most that a worker's process has ever had, Node and a DynamoDB client included.",
  "samples: a scan, then the AWS SDK's client, which keeps connections alive, for one post after the other, or for all at once, with its 50 sockets. extrapolatedFrom: measured with so many connections, the rest by proportion.",
  "Not shown: TLS (see post), the network, cold starts, and others who use the account's rate. All processes share this machine: loadAverage above its number of CPUs says that they waited for each other, or for something else.",
];
