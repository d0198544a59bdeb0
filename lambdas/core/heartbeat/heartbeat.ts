import type { HeartbeatServices } from "../services";
import { stampsOf } from "../stamps";
import { nextDuty } from "./duties";
import { type Rhythm, rhythmOf } from "./rhythm";
import { Round } from "./round";

/**
 * EventBridge fires each minute, but at no exact time: a run that ticks waits for its successor. No run is ended by
 * Lambda, after three minutes: who was noted as pinged by then, and was not, would be cut for no answer.
 */
const LONGEST_RUN_MS = 150_000;

/**
 * `heartbeat`, each minute: pings what is due, hands to `disconnect` what did not answer, never connected or
 * was left half-closed, and closes sockets whose token has expired. Two runs at once are harmless: every step
 * begins with a conditional write.
 */
export async function heartbeat(services: HeartbeatServices): Promise<void> {
  const rhythm = rhythmOf(services.settings);
  if (rhythm.ticks) await tick(services, rhythm);
  else await look(services, rhythm, services.clock.now() + LONGEST_RUN_MS);
}

/** Looks again and again, until the next run has begun. */
async function tick(services: HeartbeatServices, rhythm: Rhythm): Promise<void> {
  const { clock, runs } = services;
  const startedAt = clock.now();
  const run = stampsOf(startedAt)();
  if (!(await runs.begin(run))) return;
  while (clock.now() - startedAt < LONGEST_RUN_MS && (await runs.isLatest(run))) {
    const dueAt = await look(services, rhythm, startedAt + LONGEST_RUN_MS);
    const pauseMs = Math.max(dueAt - clock.now(), rhythm.shortestPauseMs);
    await clock.pause(Math.min(pauseMs, rhythm.longestPauseMs));
  }
}

/** Does everything that is due, until the run's time is over. Answers when the first of what was not will be. */
async function look(services: HeartbeatServices, { leadMs }: Rhythm, runEndsAt: number): Promise<number> {
  const { liveness, settings, clock, log } = services;
  const round = new Round(services);
  let dueAt = Number.POSITIVE_INFINITY;
  for await (const page of liveness.all()) {
    if (clock.now() > runEndsAt) {
      log.warn("the time was over before all connections were looked at: the next run goes on", {});
      break;
    }
    for (const one of page) {
      const duty = nextDuty(one, settings, leadMs, clock.now());
      if (duty.at > clock.now()) dueAt = Math.min(dueAt, duty.at);
      else await round.begin(one, duty);
    }
  }
  await round.end();
  return dueAt;
}
