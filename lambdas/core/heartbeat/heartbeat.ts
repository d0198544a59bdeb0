import { forEachConcurrently } from "../concurrency";
import { handOver } from "../connections/handing-over";
import type { DisconnectReason, Liveness } from "../records";
import type { HeartbeatServices } from "../services";
import { stampsOf } from "../stamps";
import { type Duty, nextDuty } from "./duties";
import { askForPong, cutOff } from "./pinging";
import { type Rhythm, rhythmOf } from "./rhythm";
import { expireTokens } from "./token-expiry";

/** Posts in flight at once; clients' own messages share the account's quota. */
const MAX_CONCURRENT = 100;
const BATCH_SIZE = 1_000;

/** EventBridge fires each minute, but at no exact time: a run that ticks waits for its successor. */
const LONGEST_RUN_MS = 150_000;

/**
 * `heartbeat`, each minute: pings what is due, hands to `disconnect` what did not answer, never connected or
 * was left half-closed, and closes sockets whose token has expired. Two runs at once are harmless: every step
 * begins with a conditional write.
 */
export async function heartbeat(services: HeartbeatServices): Promise<void> {
  const rhythm = rhythmOf(services.settings);
  if (rhythm.ticks) await tick(services, rhythm);
  else await look(services, rhythm);
}

/** Looks again and again, until the next run has begun. */
async function tick(services: HeartbeatServices, rhythm: Rhythm): Promise<void> {
  const { clock, runs } = services;
  const startedAt = clock.now();
  const run = stampsOf(startedAt)();
  if (!(await runs.begin(run))) return;
  while (clock.now() - startedAt < LONGEST_RUN_MS && (await runs.isLatest(run))) {
    const dueAt = await look(services, rhythm);
    const pauseMs = Math.max(dueAt - clock.now(), rhythm.shortestPauseMs);
    await clock.pause(Math.min(pauseMs, rhythm.longestPauseMs));
  }
}

/** Does everything that is due. Answers when the first of what was not will be. */
async function look(services: HeartbeatServices, { leadMs }: Rhythm): Promise<number> {
  const { liveness, settings, clock } = services;
  let dueAt = Number.POSITIVE_INFINITY;
  for await (const batch of batches(liveness.all())) {
    const leaving = new Map<string, DisconnectReason>();
    await forEachConcurrently(batch, MAX_CONCURRENT, async (one) => {
      const duty = nextDuty(one, settings, leadMs);
      if (duty.at > clock.now()) {
        dueAt = Math.min(dueAt, duty.at);
        return;
      }
      const reason = await perform(services, one, duty);
      if (reason !== undefined) leaving.set(one.connectionId, reason);
    });
    await handOver(services, leaving);
  }
  return dueAt;
}

/** Few connections are one page of each shard: together they are done side by side. */
async function* batches(pages: AsyncIterable<readonly Liveness[]>): AsyncGenerator<readonly Liveness[]> {
  let batch: Liveness[] = [];
  for await (const page of pages) {
    batch.push(...page);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Answers why the connection has to be closed, if it has to. */
async function perform(
  services: HeartbeatServices,
  liveness: Liveness,
  duty: Duty,
): Promise<DisconnectReason | undefined> {
  switch (duty.kind) {
    case "ping":
      return askForPong(services, liveness);
    case "cut":
      return cutOff(services, liveness, duty.reason);
    case "expire":
      return expireTokens(services, liveness);
    case "close again":
      return closeAgain(services, liveness);
  }
}

/** Its closer crashed. The reason that the closer noted stays. */
async function closeAgain(
  { liveness: store, clock }: HeartbeatServices,
  liveness: Liveness,
): Promise<DisconnectReason | undefined> {
  const isOurs = await store.replace(liveness, { ...liveness, closedAt: clock.now() });
  return isOurs ? "transport close" : undefined;
}
