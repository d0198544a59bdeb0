import { type BenchmarkOptions, positiveNumber, type Report, type Row } from "../benchmark";
import { type Bill, billOf, gatewayBillOf, type Usage, type Variant } from "./bill";
import { invocationMs } from "./invocation";
import type { Times } from "./times";

export const summary = "dollars a month and per million messages delivered, from counted calls";

export const options = {
  connections: "1000",
  "connection-minutes": "30",
  "messages-per-second": "10",
  "room-size": "10",
  "ping-seconds": "480",
  "request-ms": "5",
  "post-ms": "15",
  "invocation-ms": "measured",
};

/** What a server of Socket.IO's announces when nobody says otherwise. */
const DEFAULT_PING_SECONDS = 25;

const SECONDS_A_MONTH = 730 * 3_600;

/** `ratios` are of the whole bills. */
export async function run(given: BenchmarkOptions): Promise<Report> {
  const usage = usageIn(given);
  const times = await timesIn(given);
  const ours = { pingSeconds: positiveNumber(given, "ping-seconds"), hasRecovery: true, isOrdered: false };
  const bill = (change: Partial<Variant>) => billOf(usage, { ...ours, ...change }, times);
  const bills: Readonly<Record<string, Bill>> = {
    roomcast: bill({}),
    "without recovery": bill({ hasRecovery: false }),
    "order per connection": bill({ isOrdered: true }),
    "ping every 25 s": bill({ pingSeconds: DEFAULT_PING_SECONDS }),
    "API Gateway's part": gatewayBillOf(usage, ours),
  };
  const [[, first] = ["", bill({})], ...controls] = Object.entries(bills);
  return {
    bench: "cost",
    rows: Object.entries(bills).map(([name, one]) => rowOf(name, one, usage)),
    ratios: Object.fromEntries(controls.map(([name, other]) => [name, totalOf(first) / totalOf(other)])),
    notes: notesOn(usage, times),
  };
}

function usageIn(given: BenchmarkOptions): Usage {
  return {
    connections: positiveNumber(given, "connections"),
    connectionMinutes: positiveNumber(given, "connection-minutes"),
    messagesPerSecond: positiveNumber(given, "messages-per-second"),
    roomSize: positiveNumber(given, "room-size"),
  };
}

async function timesIn(given: BenchmarkOptions): Promise<Times> {
  const isGiven = given["invocation-ms"] !== options["invocation-ms"];
  return {
    requestMs: positiveNumber(given, "request-ms"),
    postMs: positiveNumber(given, "post-ms"),
    invocationMs: isGiven ? positiveNumber(given, "invocation-ms") : await invocationMs(),
  };
}

function rowOf(what: string, bill: Bill, { messagesPerSecond, roomSize }: Usage): Row {
  const delivered = messagesPerSecond * roomSize * SECONDS_A_MONTH;
  return {
    what,
    dollarsPerMillionDelivered: cents((bill.events / delivered) * 1e6),
    dollarsPerMonth: cents(totalOf(bill)),
    idleDollars: cents(bill.idle),
    connectDollars: cents(bill.connects),
    eventDollars: cents(bill.events),
  };
}

function totalOf({ idle, connects, events }: Bill): number {
  return idle + connects + events;
}

const cents = (dollars: number) => Number(dollars.toFixed(3));

function notesOn(usage: Usage, { invocationMs: measured, requestMs, postMs }: Times): readonly string[] {
  return [
    `${usage.connections} connections at any time, of ${usage.connectionMinutes} minutes each; ${usage.messagesPerSecond} events a second, each to ${usage.roomSize} others. A month has 730 hours.`,
    `Calls as counted in docs/cost.json. An invocation takes ${measured.toFixed(1)} ms on this machine, with its read and its post of local AWS; to that come ${requestMs} ms for each DynamoDB request and ${postMs} ms for a hundred posts.`,
    "Prices: bench/cost/prices.ts, us-east-1, November 2026, no free tier. Messages above 32 KB, and log entries above 1 KB, count several times.",
    "Not shown: logs, data transfer, Secrets Manager, what your listeners do, cold starts.",
    "API Gateway's part: connection minutes and messages alone, which no code behind it changes.",
  ];
}
