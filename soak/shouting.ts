import { setTimeout as delay } from "node:timers/promises";
import type { User } from "./clients/user";

export interface ShoutingOptions {
  readonly users: readonly User[];
  readonly roomSize: number;
  readonly random: () => number;
}

/**
 * From a thousand posts on workers deliver: packets times members, who are twice as many as the room's share of
 * clients. So rare that nobody who is away for some seconds misses a thousand events, after which the service
 * does not recover a client.
 */
const POSTS = 1_500;
const ROOMS_PER_USER = 2;
const PAUSE_MS = 6_000;

/** Has somebody emit very much at once, now and then, until told to stop. */
export async function shoutOn(
  { users, roomSize, random }: ShoutingOptions,
  stopped: AbortSignal,
): Promise<void> {
  const count = Math.ceil(POSTS / (ROOMS_PER_USER * roomSize));
  while (!stopped.aborted) {
    await pause(2 * random() * PAUSE_MS, stopped);
    const there = users.filter(({ line }) => line.isConnected);
    await there[Math.floor(random() * there.length)]?.shout(count);
  }
}

async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopped }).catch(() => undefined);
}
