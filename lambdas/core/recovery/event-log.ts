import { withOffset } from "../../protocol/event-offset";
import type { Frames } from "../delivery/frames";
import type { MemberTarget, RoomTarget } from "../delivery/target";
import { expirySeconds } from "../expiry";
import type { DeliveryServices } from "../services";
import { LOGGED_WITHIN_MS } from "./boundary";
import type { Offset } from "./offsets";
import type { LogEntry, LogStore, Recovery } from "./ports";

interface Loggable {
  readonly target: RoomTarget | MemberTarget;
  readonly frames: Frames;
  readonly isVolatile?: boolean;
}

export type Logged<Emit extends Loggable> = Emit & {
  /** Absent where recovery is off. */
  readonly offset?: Offset;
  /** See `LoggedEvent`. */
  readonly earlier?: readonly Offset[];
};

type LogServices = Pick<DeliveryServices, "recovery" | "clock" | "log">;

/**
 * Entries that one request writes. Several side by side might be there one without the other for a while, and who is
 * being recovered then would be sent the later ones before the earlier ones.
 */
const CHUNK = 25;
const ATTEMPTS = 3;
/** One event for so many rooms takes its time to be written, the second time as the first. */
const MAX_WRITTEN_ANEW = 500;

/**
 * Writes events without ack into the logs of their rooms, one item for each emit and room, and ends their
 * Socket.IO frames with their offsets. Volatile events are not written, but have an offset, too, as the client
 * takes a string at the end of any event for one. To be done before recipients are looked up: who is a member
 * only later finds the event in the log. Where recovery is off, nothing.
 */
export async function logEmits<Emit extends Loggable>(
  services: LogServices,
  emits: readonly Emit[],
): Promise<readonly Logged<Emit>[]> {
  const { recovery } = services;
  if (!recovery) return emits;
  const logged: Logged<Emit>[] = [];
  try {
    for (const chunk of chunksOf(emits)) logged.push(...(await logChunk(services, recovery, chunk)));
  } catch (error) {
    await unlogEmits(services, logged);
    throw error;
  }
  return logged;
}

/** Of what is not going to be posted: whoever emitted it may do so again. Where it fails, some may get it twice. */
export async function unlogEmits(
  { recovery, log }: LogServices,
  emits: readonly Logged<Loggable>[],
): Promise<void> {
  const entries = emits.flatMap((emit) => (emit.offset === undefined ? [] : entriesOf(emit, emit.offset, 0)));
  await recovery?.events.remove(entries).catch((error: unknown) => {
    log.warn("events that were not posted are still in the log", { entries: entries.length, error });
  });
}

function chunksOf<Emit extends Loggable>(emits: readonly Emit[]): readonly (readonly Emit[])[] {
  const chunks: Emit[][] = [];
  let entries = Number.POSITIVE_INFINITY;
  for (const emit of emits) {
    const its = emit.target.kind === "rooms" ? emit.target.rooms.length : 1;
    if (entries + its > CHUNK) {
      chunks.push([]);
      entries = 0;
    }
    chunks.at(-1)?.push(emit);
    entries += its;
  }
  return chunks;
}

/**
 * Who reads the log takes it to be complete a moment later: what is written too late gets a later offset. Some
 * may have read it under the first by then.
 */
async function logChunk<Emit extends Loggable>(
  { clock, log }: LogServices,
  { nextOffset, events, logMs, secondWrites }: Recovery,
  emits: readonly Emit[],
): Promise<readonly Logged<Emit>[]> {
  let late: readonly (readonly Offset[])[] = [];
  for (let attempt = 1; ; attempt++) {
    const startedAt = clock.now();
    const logged = emits.map((emit, index) => ({ ...emit, offset: nextOffset(), earlier: late[index] }));
    const expiresAt = expirySeconds(startedAt + logMs);
    const entries = logged.flatMap((emit) => entriesOf(emit, emit.offset, expiresAt));
    await append(events, entries);
    const tookMs = clock.now() - startedAt;
    secondWrites.earn();
    if (tookMs <= LOGGED_WITHIN_MS) return logged.map(withOffsets);
    if (attempt === ATTEMPTS || entries.length > MAX_WRITTEN_ANEW || !secondWrites.take()) {
      log.warn("events were logged late: a socket that is being recovered may miss them", { tookMs });
      return logged.map(withOffsets);
    }
    await events.remove(entries);
    late = logged.map(({ offset, earlier = [] }) => [...earlier, offset]);
  }
}

async function append(events: LogStore, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await events.append(entries);
  } catch (error) {
    await events.remove(entries).catch(() => {});
    throw error;
  }
}

/** Plain JSON sockets do not recover, and nobody is sent a volatile event later. */
function entriesOf(
  { target, frames, isVolatile, earlier }: Logged<Loggable>,
  offset: Offset,
  expiresAt: number,
): LogEntry[] {
  if (isVolatile) return [];
  const base = { offset, earlier, frames: frames["socket.io"], expiresAt };
  if (target.kind === "socket") {
    const { namespace, sid, protocol } = target.socket;
    if (protocol === "json") return [];
    if (namespace === undefined) throw new Error("expected the namespace of a socket to emit to");
    return [{ ...base, namespace, room: sid, except: [] }];
  }
  const { namespace, except } = target;
  return [...new Set(target.rooms)].map((room) => ({ ...base, namespace, room, except }));
}

function withOffsets<Emit extends Loggable & { readonly offset: Offset }>(emit: Emit): Emit {
  const { frames, offset } = emit;
  return { ...emit, frames: { ...frames, "socket.io": withOffset(frames["socket.io"], offset) } };
}
