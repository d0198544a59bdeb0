import { withOffset } from "../../protocol/event-offset";
import { expirySeconds } from "../expiry";
import type { DeliveryServices } from "../services";
import { LOGGED_WITHIN_MS, WRITTEN_ANEW_WITHIN_MS } from "./boundary";
import { entriesEver, type Loggable, type Logged } from "./log-entries";
import { areMany, requestsOf, writingMs } from "./log-requests";
import { type Offset, timeOf } from "./offsets";
import type { Recovery } from "./ports";

type LogServices = Pick<DeliveryServices, "recovery" | "clock" | "log">;

const ATTEMPTS = 3;

/**
 * Writes the events without ack of one delivery into the logs of their rooms, one item for each emit and room, and ends
 * their Socket.IO frames with their offsets. These are in a row: whatever a client got last, what it lacks of the
 * delivery comes from one side, the log or whoever posts. Volatile events are not written, but have an offset, too, as
 * the client takes a string at the end of any event for one. To be done before recipients are looked up: who is a
 * member only later finds the event in the log. Where recovery is off, nothing.
 */
export async function logEmits<Emit extends Loggable>(
  services: LogServices,
  emits: readonly Emit[],
): Promise<readonly Logged<Emit>[]> {
  const { recovery } = services;
  if (!recovery || emits.length === 0) return emits;
  const logged = await logInTime(services, recovery, emits);
  return logged.map(withOffsets);
}

/** Of what is not going to be posted: whoever emitted it may do so again. Where it fails, some may get it twice. */
export async function unlogEmits(
  { recovery, log }: LogServices,
  emits: readonly Logged<Loggable>[],
): Promise<void> {
  const entries = entriesEver(emits);
  await recovery?.events.remove(entries).catch((error: unknown) => {
    log.warn("events that were not posted are still in the log", { entries: entries.length, error });
  });
}

/** Whether logging them takes so long that it is better known before for how many they are. */
export function isLongToLog({ recovery }: LogServices, emits: readonly Loggable[]): boolean {
  return recovery !== undefined && areMany(emits);
}

/**
 * Takes `logged` out of the log again, as the emits are to be in one row with later ones. Answers them as they are to
 * be logged then.
 */
export async function logLater<Emit extends Loggable>(
  { recovery, clock }: LogServices,
  emits: readonly Emit[],
  logged: readonly Logged<Emit>[],
): Promise<readonly Logged<Emit>[]> {
  if (!recovery) return emits;
  await recovery.events.remove(entriesEver(logged));
  const mayBeRead = clock.now() > timeOf(logged[0]?.offset ?? "") + LOGGED_WITHIN_MS;
  return emits.map((emit, index) => {
    const { earlier, offset = "" } = logged[index] ?? {};
    return { ...emit, earlier: mayBeRead ? withLatest(earlier, offset) : earlier };
  });
}

type Placed<Emit> = Emit & { readonly offset: Offset; readonly earlier?: readonly Offset[] };

/**
 * Who reads the log takes it to be complete a moment later: what is written too late is written again, with a later
 * offset. Some may have read it under the first by then, or part of it; the others find both (see `written-anew.ts`).
 */
async function logInTime<Emit extends Loggable>(
  services: LogServices,
  recovery: Recovery,
  emits: readonly Logged<Emit>[],
): Promise<readonly Placed<Emit>[]> {
  const { clock, log } = services;
  let given = emits;
  let expectedMs = writingMs(emits);
  for (let attempt = 1; ; attempt++) {
    const startedAt = clock.now();
    const { logged, dueAt } = await writeRow(services, recovery, given, expectedMs);
    const lateMs = clock.now() - dueAt;
    const tookMs = clock.now() - startedAt;
    recovery.secondWrites.earn();
    if (lateMs <= LOGGED_WITHIN_MS) {
      // Until it is over, what is emitted later may come before in the order of the offsets.
      if (dueAt > startedAt && lateMs <= 0) await clock.pause(1 - lateMs);
      return logged;
    }
    if (attempt === ATTEMPTS || tookMs > WRITTEN_ANEW_WITHIN_MS || !recovery.secondWrites.take()) {
      log.warn("events were logged late: a socket that is being recovered may miss them", { lateMs });
      return logged;
    }
    given = logged.map((emit) => ({ ...emit, earlier: withLatest(emit.earlier, emit.offset) }));
    if (areMany(emits)) expectedMs = tookMs;
  }
}

/** `dueAt`: the moment of the offsets, milliseconds since the epoch; ahead, where writing takes its time. */
async function writeRow<Emit extends Loggable>(
  services: LogServices,
  { drawOffsets, events, logMs }: Recovery,
  emits: readonly Logged<Emit>[],
  expectedMs: number,
): Promise<{ readonly logged: readonly Placed<Emit>[]; readonly dueAt: number }> {
  const aheadMs = Math.min(WRITTEN_ANEW_WITHIN_MS, Math.max(0, expectedMs - LOGGED_WITHIN_MS / 2));
  const dueAt = services.clock.now() + aheadMs;
  const offsets = drawOffsets(emits.length, aheadMs);
  const logged = emits.map((emit, index) => ({ ...emit, offset: offsets[index] ?? "" }));
  try {
    for (const entries of requestsOf(logged, expirySeconds(dueAt + logMs))) await events.append(entries);
  } catch (error) {
    await unlogEmits(services, logged);
    throw error;
  }
  return { logged, dueAt };
}

function withLatest(earlier: readonly Offset[] = [], offset: Offset): readonly Offset[] {
  return [...earlier, offset];
}

function withOffsets<Emit extends Loggable>(emit: Placed<Emit>): Placed<Emit> {
  const { frames, offset } = emit;
  return { ...emit, frames: { ...frames, "socket.io": withOffset(frames["socket.io"], offset) } };
}
