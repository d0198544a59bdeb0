import { forEachConcurrently } from "../concurrency";
import type { SocketRecord } from "../records";
import { laterOf, logRanges, missedEvents } from "./missed-events";
import { type Offset, offsetBound } from "./offsets";
import type { LoggedEvent, LogStore } from "./ports";

/** They are posted one after the other, some 5 ms each, within the time that a packet has. */
const MAX_EVENTS = 2_500;
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Not all that is read is for the socket: some is in several of its rooms, or excepts it. */
const MAX_READ = 4;

const CONCURRENT_ROOMS = 25;

/** Nobody waits longer for a write to the log before the event is logged anew. */
const RECENT_MS = 5_000;

type Owner = Pick<SocketRecord, "namespace" | "sid" | "userId" | "rooms" | "since">;

/** Reads what a socket missed, stretch by stretch. */
export class Replay {
  readonly #events: LogStore;
  #after: Offset;
  readonly #sent = new Set<Offset>();
  readonly #read = new Volume();
  readonly #owed = new Volume();

  /** `last`: what the client got last, which may be behind `after`. */
  constructor(events: LogStore, after: Offset, last?: Offset) {
    this.#events = events;
    this.#after = after;
    if (last !== undefined) this.#sent.add(last);
  }

  /** The latest of what was read. */
  recent(ms: number): readonly Offset[] {
    const since = offsetBound(ms - RECENT_MS);
    return [...this.#sent].filter((offset) => offset >= since);
  }

  /**
   * What was emitted before `ms` (since the epoch) to the socket as it is by now, and was not read yet, in the
   * order of the offsets.
   * `undefined` when it is more than can be sent: part of it must not be.
   */
  async upTo(ms: number, socket: Owner): Promise<readonly LoggedEvent[] | undefined> {
    const before = offsetBound(ms);
    const logs: (readonly LoggedEvent[])[] = [];
    await forEachConcurrently(logRanges(socket, this.#after), CONCURRENT_ROOMS, async ({ room, after }) => {
      for await (const page of this.#events.read(socket.namespace, room, { after, before })) {
        logs.push(page);
        this.#read.add(page);
        if (this.#read.exceeds(MAX_READ)) return;
      }
    });
    if (this.#read.exceeds(MAX_READ)) return undefined;
    this.#after = laterOf(this.#after, before);
    const missed = missedEvents(socket, logs, this.#sent);
    this.#owed.add(missed);
    if (this.#owed.exceeds(1)) return undefined;
    for (const { offset } of missed) this.#sent.add(offset);
    return missed;
  }
}

class Volume {
  #events = 0;
  #characters = 0;

  add(events: readonly LoggedEvent[]): void {
    this.#events += events.length;
    for (const { frames } of events) for (const frame of frames) this.#characters += frame.length;
  }

  /** So many times what can be sent. */
  exceeds(times: number): boolean {
    return this.#events > times * MAX_EVENTS || this.#characters > times * MAX_CHARACTERS;
  }
}
