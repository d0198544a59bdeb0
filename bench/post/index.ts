import { type BenchmarkOptions, median, positiveNumber, type Report } from "../benchmark";
import type { Measured, Order } from "./client-process";
import { type ClientName, NAMES } from "./clients";
import { ClientProcess, StubServer } from "./processes";

export const summary =
  "posts to connections over TLS: ours, the AWS SDK's client, bare clients without signing";

/** `seconds`: of measuring, for each client. */
export const options = { seconds: "5", concurrency: "100" };

const ROUNDS = 10;

type Round = Readonly<Record<ClientName, Measured>>;

export async function run(given: BenchmarkOptions): Promise<Report> {
  const seconds = positiveNumber(given, "seconds") / ROUNDS;
  const concurrency = positiveNumber(given, "concurrency");
  const server = new StubServer();
  const url = await server.url();
  const clients = NAMES.map((name) => new ClientProcess(name, url));
  try {
    return reportOf(await measure(clients, { seconds, concurrency }));
  } finally {
    for (const client of clients) client.stop();
    server.stop();
  }
}

/** One client at a time, and all in turn: whatever disturbs the machine disturbs all alike. */
async function measure(clients: readonly ClientProcess[], order: Order): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured: [ClientName, Measured][] = [];
    for (const client of clients) measured.push([client.name, await client.measure(order)]);
    // Every name has been measured.
    rounds.push(Object.fromEntries(measured) as Round);
  }
  return rounds;
}

function reportOf(rounds: readonly Round[]): Report {
  const rows = NAMES.map((client) => ({
    client,
    postsPerSecond: Math.round(median(rounds.map((round) => round[client].postsPerSecond))),
    cpuMicrosPerPost: Number(median(rounds.map((round) => round[client].cpuMicrosPerPost)).toFixed(1)),
  }));
  const ratios = {
    sdk: ratio(rounds, "aws-sdk"),
    bare: ratio(rounds, "bare node:https"),
    unsigned: ratio(rounds, "roomcast unsigned"),
  };
  return { bench: "post", ratios, rows, notes: NOTES };
}

/** The median of what the rounds say: two clients of one round were disturbed alike. */
function ratio(rounds: readonly Round[], control: ClientName): number {
  const ratios = rounds.map((round) => round.roomcast.postsPerSecond / round[control].postsPerSecond);
  return Number(median(ratios).toFixed(3));
}

const NOTES = [
  "Medians over ten rounds; each client in a process of its own, one at a time, against a stub in another process that answers at once.",
  "bare: against node:https with a keep-alive agent; unsigned: against our own connections without signing, which is what is left to gain.",
  "The same frame of 100 bytes goes to 1,000 connections, as in a broadcast, with temporary credentials.",
  "Not shown: the network, and API Gateway's time and limits; a Lambda's share of a CPU. Where the stub's CPU is full before the client's, CPU per post says more than posts per second.",
];
