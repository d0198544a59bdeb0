import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { randomNumbers } from "../local/faults/random";
import { pushOn } from "./backend";
import { JsonLine } from "./clients/json-line";
import { SocketIoLine } from "./clients/socket-io-line";
import { User } from "./clients/user";
import type { Log } from "./log";
import type { SoakOptions } from "./options";
import type { Service } from "./service";
import { shoutOn } from "./shouting";

const JSON_EVERY = 8;
const BACKENDS = 2;

/** Clients and backends, who do what they do until the time is up. Answers the clients. */
export async function live(service: Service, options: SoakOptions, log: Log): Promise<readonly User[]> {
  const { seconds, seed, roomSize } = options;
  const stopped = AbortSignal.timeout(seconds * 1_000);
  // Everybody waits for it.
  setMaxListeners(0, stopped);
  const users: User[] = [];
  await Promise.all([
    ...backends(service, options, log).map((backend) => pushOn(backend, stopped)),
    shoutOn({ users, roomSize, random: randomNumbers(`${seed} shouts`) }, stopped),
    arrive(service, options, log, (user) => {
      users.push(user);
      return user.live(stopped);
    }),
  ]);
  return users;
}

/** One by one, in as long as a connection lasts: the gateway does not cut them all at once. */
async function arrive(
  service: Service,
  options: SoakOptions,
  log: Log,
  welcome: (user: User) => Promise<void>,
): Promise<void> {
  const { clients, seconds, lifetime } = options;
  const lives: Promise<void>[] = [];
  for (let number = 1; number <= clients; number += 1) {
    lives.push(welcome(newUser(service, options, number, log)));
    await delay((1_000 * Math.min(lifetime, seconds / 2)) / clients);
  }
  await Promise.all(lives);
}

function newUser(service: Service, options: SoakOptions, number: number, log: Log): User {
  const { seed, clients, acts } = options;
  const name = `client${number}`;
  const line =
    number % JSON_EVERY === 0
      ? new JsonLine(`${service.webSocketUrl}?token=any`, name, log)
      : new SocketIoLine(service.ioUrl, name, log);
  const rooms = roomsFor(options);
  const pauseMs = (1_000 * clients) / acts;
  return new User(line, { name, rooms, pauseMs, log, random: randomNumbers(`${seed} ${name}`) });
}

function backends(service: Service, options: SoakOptions, log: Log) {
  return Array.from({ length: BACKENDS }, (_, index) => {
    const name = `backend${index + 1}`;
    const random = randomNumbers(`${options.seed} ${name}`);
    return { name, emitter: service.emitter(), rooms: roomsFor(options), random, log };
  });
}

function roomsFor({ clients, roomSize }: SoakOptions): readonly string[] {
  return Array.from({ length: Math.ceil(clients / roomSize) }, (_, index) => `room${index + 1}`);
}
