import { setTimeout as delay } from "node:timers/promises";
import type { Emitter } from "../emitter";
import type { Log } from "./log";

export interface BackendOptions {
  readonly name: string;
  readonly emitter: Emitter;
  readonly rooms: readonly string[];
  readonly random: () => number;
  readonly log: Log;
}

const PAUSE_MS = 100;

/** Pushes to rooms, one event after the other, until told to stop. */
export async function pushOn(options: BackendOptions, stopped: AbortSignal): Promise<void> {
  for (let number = 1; !stopped.aborted; number += 1) {
    await push(options, `${options.name}/${number}`);
    await delay(options.random() * PAUSE_MS);
  }
}

async function push({ emitter, rooms, random, log }: BackendOptions, event: string): Promise<void> {
  const room = rooms[Math.floor(random() * rooms.length)] ?? "";
  log.add({ kind: "emitting", event, room, count: 1 });
  const outcome = await emitter
    .to(room)
    .emit("said", event, "push", 0)
    .then(
      () => "done" as const,
      () => "unknown" as const,
    );
  log.add({ kind: "emitted", event, outcome });
}
