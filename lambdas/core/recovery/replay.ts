import { forEachConcurrently } from "../concurrency";
import type { SocketRecord } from "../records";
import { CLOCK_SKEW_MS, LOGGED_WITHIN_MS } from "./boundary";
import { laterOf, logRanges, missedEvents } from "./missed-events";
import { type Offset, offsetBound } from "./offsets";
import type { LoggedEvent, LogStore } from "./ports";

/** They are posted one after the other, some 5 ms each, within the time that a listener has. */
const MAX_EVENTS = 1_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

const CONCURRENT_ROOMS = 25;

/** So long ago the log was complete: what is emitted is written by then. */
export const COMPLETE_AFTER_MS = LOGGED_WITHIN_MS + CLOCK_SKEW_MS;

type Owner = Pick<SocketRecord, "namespace" | "sid" | "userId" | "rooms">;

/** Reads what a socket missed, stretch by stretch. */
export class Replay {
  readonly #socket: Owner;
  readonly #events: LogStore;
  #after: Offset;
  #count = 0;
  #characters = 0;

  constructor(events: LogStore, socket: Owner, after: Offset) {
    this.#events = events;
    this.#socket = socket;
    this.#after = after;
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
    return missedEvents(this.#socket, logs);
  }

  #isTooMuchWith(page: readonly LoggedEvent[]): boolean {
    this.#count += page.length;
    for (const { frames } of page) for (const frame of frames) this.#characters += frame.length;
    return this.#count > MAX_EVENTS || this.#characters > MAX_CHARACTERS;
  }
}
