import { setTimeout as delay } from "node:timers/promises";
import { randomNumbers } from "../local/faults/random";
import type { Terminal } from "../local/terminal";
import { pushOn } from "./backend";
import { JsonLine } from "./clients/json-line";
import type { Line } from "./clients/line";
import { SocketIoLine } from "./clients/socket-io-line";
import { User } from "./clients/user";
import { remains } from "./leaks";
import { Log } from "./log";
import type { SoakOptions } from "./options";
import { judge } from "./oracle";
import { type Report, reportOf } from "./report";
import { Service, WINDOW_SECONDS } from "./service";

const CLIENTS_PER_ROOM = 8;
const JSON_EVERY = 8;
const BACKENDS = 2;
/** So many connect at once, or as many as this machine can serve. */
const ARRIVALS = 10;
const POLL_MS = 20;
/** What was late is there by then, and what it leads to. */
const QUIET_MS = 4_000;
const PATIENCE_MS = 120_000;

export interface Soaked {
  readonly report: Report;
  readonly log: Log;
}

/** Lets clients and backends loose on the service, has it come to rest, and judges. */
export async function soak(options: SoakOptions, terminal: Terminal): Promise<Soaked> {
  const service = await Service.start(options, terminal);
  try {
    return await run(service, options);
  } finally {
    await service.stop();
  }
}

async function run(service: Service, options: SoakOptions): Promise<Soaked> {
  const log = new Log();
  const users = await arrive(service, options, log);
  service.faults.plan(options.faults);
  const startedAt = Date.now();
  await live(service, users, options, log);
  const seconds = (Date.now() - startedAt) / 1_000;
  const faults = service.faults.counts;
  service.faults.plan({});
  const stuck = await settle(users, log);
  const judgedAt = log.entries.length;
  const leaks = await clearOut(service, users);
  const rules = { windowMs: WINDOW_SECONDS * 1_000, isFaultless: Object.keys(options.faults).length === 0 };
  const verdict = judge(log.entries.slice(0, judgedAt), rules);
  return { report: reportOf(options, { verdict, leaks, stuck, faults, seconds, log: log.entries }), log };
}

async function arrive(service: Service, { clients, seed }: SoakOptions, log: Log): Promise<readonly User[]> {
  const rooms = roomsFor(clients);
  const users: User[] = [];
  for (let number = 1; number <= clients; number += 1) {
    const name = `client${number}`;
    const line = number % JSON_EVERY === 0 ? jsonLine(service, name, log) : socketIoLine(service, name, log);
    users.push(new User(line, { name, rooms, log, random: randomNumbers(`${seed} ${name}`) }));
    const isFull = () => users.filter((user) => !user.line.isConnected).length >= ARRIVALS;
    while (isFull()) await delay(POLL_MS);
  }
  return users;
}

function jsonLine({ webSocketUrl }: Service, name: string, log: Log): Line {
  return new JsonLine(`${webSocketUrl}?token=any`, name, log);
}

function socketIoLine({ ioUrl }: Service, name: string, log: Log): Line {
  return new SocketIoLine(ioUrl, name, log);
}

async function live(
  service: Service,
  users: readonly User[],
  { seconds, seed, clients }: SoakOptions,
  log: Log,
): Promise<void> {
  const stopped = AbortSignal.timeout(seconds * 1_000);
  const backends = Array.from({ length: BACKENDS }, (_, index) => {
    const name = `backend${index + 1}`;
    const random = randomNumbers(`${seed} ${name}`);
    return pushOn({ name, emitter: service.emitter(), rooms: roomsFor(clients), random, log }, stopped);
  });
  await Promise.all([...users.map((user) => user.live(stopped)), ...backends]);
}

/** Until everybody was connected for a while, and was answered. Answers how many never were. */
async function settle(users: readonly User[], log: Log): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  const connections = () => users.map(({ line }) => (line.isConnected ? line.connection : 0)).join();
  for (;;) {
    const before = connections();
    await delay(QUIET_MS);
    const answered = await Promise.all(users.map((user) => user.sync()));
    const isQuiet = before === connections() && answered.every(Boolean);
    if (!isQuiet && Date.now() < deadline) continue;
    for (const [index, { name }] of users.entries())
      if (answered[index]) log.add({ kind: "settled", client: name });
    return answered.filter((isAnswered) => !isAnswered).length;
  }
}

/** Half of the clients leave, and half vanish. Answers what remains of them. */
async function clearOut(service: Service, users: readonly User[]): Promise<readonly string[]> {
  for (const [index, { line }] of users.entries()) {
    if (index % 2 === 0) line.leave();
    else line.vanish();
  }
  await delay(QUIET_MS);
  service.passAMinute();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = remains(await service.checkTable());
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(500);
  }
}

function roomsFor(clients: number): readonly string[] {
  return Array.from({ length: Math.ceil(clients / CLIENTS_PER_ROOM) }, (_, index) => `room${index + 1}`);
}
