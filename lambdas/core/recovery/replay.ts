import { forEachConcurrently } from "../concurrency";
import type { SocketRecord } from "../records";
import { laterOf, logRanges, missedEvents } from "./missed-events";
import { type Offset, offsetBound } from "./offsets";
import type { LoggedEvent, LogStore } from "./ports";

/** They are posted one after the other, some 5 ms each, within the time that a listener has. */
const MAX_EVENTS = 2_500;
const MAX_CHARACTERS = 4 * 1024 * 1024;

const CONCURRENT_ROOMS = 25;

/** Nobody waits longer for a write to the log before the event is logged anew. */
const RECENT_MS = 5_000;

type Owner = Pick<SocketRecord, "namespace" | "sid" | "userId" | "rooms">;

/** Reads what a socket missed, stretch by stretch. */
export class Replay {
  readonly #socket: Owner;
  readonly #events: LogStore;
  #after: Offset;
  readonly #sent = new Set<Offset>();
  #count = 0;
  #characters = 0;

  /** `last`: what the client got last, which may be behind `after`. */
  constructor(events: LogStore, socket: Owner, after: Offset, last?: Offset) {
    this.#events = events;
    this.#socket = socket;
    this.#after = after;
    if (last !== undefined) this.#sent.add(last);
  }

  /** The latest of what was read. */
  recent(ms: number): readonly Offset[] {
    const since = offsetBound(ms - RECENT_MS);
    return [...this.#sent].filter((offset) => offset >= since);
  }

  /**
   * What was emitted before `ms` (since the epoch) and was not read yet, in the order of the offsets.
   * `undefined` when it is more than can be sent: part of it must not be.
   */
  async upTo(ms: number): Promise<readonly LoggedEvent[] | undefined> {
    const before = offsetBound(ms);
    const logs: (readonly LoggedEvent[])[] = [];
    await forEachConcurrently(
      logRanges(this.#socket, this.#after),
      CONCURRENT_ROOMS,
      async ({ room, after }) => {
        for await (const page of this.#events.read(this.#socket.namespace, room, { after, before })) {
          logs.push(page);
          if (this.#isTooMuchWith(page)) return;
        }
      },
    );
    if (this.#isTooMuchWith([])) return undefined;
    this.#after = laterOf(this.#after, before);
    const missed = missedEvents(this.#socket, logs, this.#sent);
    for (const { offset } of missed) this.#sent.add(offset);
    return missed;
  }

  #isTooMuchWith(page: readonly LoggedEvent[]): boolean {
    this.#count += page.length;
    for (const { frames } of page) for (const frame of frames) this.#characters += frame.length;
    return this.#count > MAX_EVENTS || this.#characters > MAX_CHARACTERS;
  }
}
