import { setTimeout as delay } from "node:timers/promises";
import type { Terminal } from "../local/terminal";
import type { User } from "./clients/user";
import { live } from "./crowd";
import { remains } from "./leaks";
import { Log } from "./log";
import type { SoakOptions } from "./options";
import { judge } from "./oracle";
import type { SessionRules } from "./oracle/sessions";
import { type Report, reportOf } from "./report";
import { LARGE_MS, Service, WINDOW_SECONDS } from "./service";

/** What was under way has led to all that it leads to: a client that was to be cut is. */
const QUIET_MS = 4_000;
const PATIENCE_MS = 120_000;
const LOOK_MS = 500;

export interface Soaked {
  readonly report: Report;
  readonly log: Log;
}

/** Lets clients and backends loose on the service, has it come to rest, and judges. `say`: how far it is. */
export async function soak(
  options: SoakOptions,
  terminal: Terminal,
  say: (text: string) => void = () => {},
): Promise<Soaked> {
  const service = await Service.start(options, terminal);
  try {
    return await run(service, options, say);
  } finally {
    await service.stop();
  }
}

async function run(service: Service, options: SoakOptions, say: (text: string) => void): Promise<Soaked> {
  const log = new Log();
  const lived = await liveWithFaults(service, options, log);
  say("Faults and emits have ended.");
  await service.atRest();
  say("Nothing is under way any more.");
  const stuck = await settle(lived.users, log);
  // What follows is nobody's doing.
  const seen = log.entries.slice();
  say("Everybody was answered.");
  const leaks = await clearOut(service, lived.users);
  say("Everybody has gone.");
  const verdict = judge(seen, rulesFor(options));
  return { report: reportOf(options, { ...lived, verdict, leaks, stuck, log: seen }), log };
}

async function liveWithFaults(service: Service, options: SoakOptions, log: Log) {
  const startedAt = Date.now();
  service.faults.plan(options.faults);
  const users = await live(service, options, log);
  const seconds = (Date.now() - startedAt) / 1_000;
  service.faults.plan({});
  return { users, seconds, cuts: service.cuts, faults: service.faults.counts };
}

function rulesFor({ faults }: SoakOptions): SessionRules {
  const isFaultless = Object.keys(faults).length === 0;
  return { windowMs: WINDOW_SECONDS * 1_000, largeMs: LARGE_MS, isFaultless };
}

/** Until everybody is connected, and is answered. Answers how many never were. */
async function settle(users: readonly User[], log: Log): Promise<number> {
  await delay(QUIET_MS);
  const deadline = Date.now() + PATIENCE_MS;
  const settled = await Promise.all(users.map((user) => isSettled(user, deadline)));
  for (const [index, { name }] of users.entries())
    if (settled[index]) log.add({ kind: "settled", client: name });
  return settled.filter((isDone) => !isDone).length;
}

async function isSettled(user: User, deadline: number): Promise<boolean> {
  do {
    if (await user.sync()) return true;
    // The gateway goes on cutting what is old.
    await delay(LOOK_MS);
  } while (Date.now() < deadline);
  return false;
}

/** Half of the clients leave, and half vanish. Answers what remains of them. */
async function clearOut(service: Service, users: readonly User[]): Promise<readonly string[]> {
  for (const [index, { line }] of users.entries()) {
    if (index % 2 === 0) line.leave();
    else line.vanish();
  }
  await untilNothingGoes(service);
  service.passAMinute();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = remains(await service.checkTable());
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(LOOK_MS);
  }
}

/** What is done at once is done: whoever is at it now would have to be replaced. */
async function untilNothingGoes(service: Service): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    await delay(2 * LOOK_MS);
    const left = remains(await service.checkTable()).length;
    if (left >= before) return;
    before = left;
  }
}
