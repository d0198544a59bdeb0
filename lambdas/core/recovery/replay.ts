import { forEachConcurrently } from "../concurrency";
import type { SocketRecord } from "../records";
import { WRITTEN_ANEW_WITHIN_MS } from "./boundary";
import { isExcepted, laterOf, logRanges, missedEvents } from "./missed-events";
import { type Offset, offsetBound } from "./offsets";
import type { LoggedEvent, ParkedSocket, Recovery } from "./ports";
import { isReplayed } from "./replayed";
import { withoutGot } from "./written-anew";

/** They are posted one after the other, some 5 ms each, within the time that a packet has. */
const MAX_EVENTS = 2_500;
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Not all that is kept is sent: some was logged anew. */
const MAX_KEPT = 2;
/**
 * Not all that is read is for the socket: what it sends to its rooms excepts it, and a client that only sends has no
 * offset. This is fifty events a second for as long as the log is kept, some 40 requests one after the other.
 */
const MAX_READ_EVENTS = 50_000;
const MAX_READ_CHARACTERS = 32 * 1024 * 1024;

const CONCURRENT_ROOMS = 25;

/** So long before its first look an event may have been logged that is logged anew behind it. */
const RECENT_MS = WRITTEN_ANEW_WITHIN_MS + 1_000;

type Owner = Pick<SocketRecord, "namespace" | "sid" | "userId" | "rooms" | "since"> &
  Pick<ParkedSocket, "owed">;

/** Where a replay begins. */
export interface ReplayStart {
  readonly after: Offset;
  /** What the client got last, which may be behind `after`. */
  readonly last?: Offset;
  /** On which it was. */
  readonly connectionId: string;
  /** See `ParkedSocket`. */
  readonly replayed?: ParkedSocket["replayed"];
}

/** `sentAs`: not before what the client has by then, which would forget that it has it. */
export type Missed = LoggedEvent & { readonly sentAs: Offset };

/** Reads what a socket missed, stretch by stretch. */
export class Replay {
  readonly #stores: Pick<Recovery, "events" | "undelivered">;
  readonly #connectionId: string;
  readonly #replayed: ParkedSocket["replayed"];
  #after: Offset;
  #latest: Offset;
  #rounds = 1;
  readonly #last: Offset | undefined;
  #beganAt: number | undefined;
  readonly #sent = new Set<Offset>();
  readonly #undelivered = new Map<Offset, LoggedEvent>();
  readonly #read = new Volume(MAX_READ_EVENTS, MAX_READ_CHARACTERS);
  readonly #kept = new Volume(MAX_KEPT * MAX_EVENTS, MAX_KEPT * MAX_CHARACTERS);
  readonly #owed = new Volume(MAX_EVENTS, MAX_CHARACTERS);

  constructor(stores: Pick<Recovery, "events" | "undelivered">, start: ReplayStart) {
    const { after, last, connectionId, replayed } = start;
    this.#stores = stores;
    this.#connectionId = connectionId;
    this.#replayed = replayed;
    this.#after = after;
    this.#latest = last ?? after;
    this.#last = last;
    if (last !== undefined) this.#sent.add(last);
  }

  /** What whoever posts late must not post: the latest of what was read, and what others had tried to post. */
  get recent(): readonly Offset[] {
    const since = offsetBound((this.#beganAt ?? 0) - RECENT_MS);
    return [...this.#sent].filter((offset) => offset >= since || this.#undelivered.has(offset));
  }

  /** How many requests came one after the other, at most. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Of what was read, what no log leads to: who has got later events is taken to have it. */
  get undelivered(): readonly LoggedEvent[] {
    return [...this.#undelivered.values()];
  }

  /**
   * What was emitted before `ms` (since the epoch) to the socket as it is by now, and was not read yet, in the
   * order of the offsets.
   * `undefined` when it is more than can be sent: part of it must not be.
   */
  async upTo(ms: number, socket: Owner): Promise<readonly Missed[] | undefined> {
    const before = offsetBound(ms);
    this.#beganAt ??= ms;
    const [logged, undelivered] = await Promise.all([
      this.#logsUpTo(before, socket),
      this.#undeliveredUpTo(before, socket),
    ]);
    if (this.#isTooMuch) return undefined;
    this.#after = laterOf(this.#after, before);
    // Of one that is in both, the log knows under which offsets it was there before.
    const missed = missedEvents(socket, [undelivered, withoutGot(logged, this.#last)], this.#sent);
    this.#owed.add(missed);
    if (this.#owed.isExceeded) return undefined;
    return missed.map((event) => this.#sending(event));
  }

  /** Each once, and without what excepts the socket: a log may be longer than what can be held. */
  async #logsUpTo(before: Offset, socket: Owner): Promise<readonly LoggedEvent[]> {
    const { events } = this.#stores;
    const kept = new Map<Offset, LoggedEvent>();
    await forEachConcurrently(logRanges(socket, this.#after), CONCURRENT_ROOMS, async (range) => {
      let pages = 0;
      const stretch = { after: range.after, before: earlierOf(before, range.before) };
      for await (const page of events.read(socket.namespace, range.room, stretch)) {
        pages += 1;
        this.#rounds = Math.max(this.#rounds, pages);
        const owed = page.filter((event) => !kept.has(event.offset) && !isExcepted(socket, event));
        for (const event of owed) kept.set(event.offset, event);
        this.#read.add(page);
        this.#kept.add(owed);
        if (this.#isTooMuch) return;
      }
    });
    return [...kept.values()];
  }

  get #isTooMuch(): boolean {
    return this.#read.isExceeded || this.#kept.isExceeded;
  }

  async #undeliveredUpTo(before: Offset, { sid }: Owner): Promise<readonly LoggedEvent[]> {
    const all = await this.#stores.undelivered.of({ connectionId: this.#connectionId, sid });
    // Who came late with one that an earlier recovery sent could not know that where a later one broke off.
    const events = all.filter(({ offset }) => offset < before && !isReplayed(this.#replayed, offset));
    for (const event of events) this.#undelivered.set(event.offset, event);
    return events;
  }

  #sending(event: LoggedEvent): Missed {
    this.#sent.add(event.offset);
    this.#latest = laterOf(this.#latest, event.offset);
    return { ...event, sentAs: this.#latest };
  }
}

function earlierOf(one: Offset, other: Offset = one): Offset {
  return one < other ? one : other;
}

class Volume {
  readonly #maxEvents: number;
  readonly #maxCharacters: number;
  #events = 0;
  #characters = 0;

  constructor(maxEvents: number, maxCharacters: number) {
    this.#maxEvents = maxEvents;
    this.#maxCharacters = maxCharacters;
  }

  add(events: readonly LoggedEvent[]): void {
    this.#events += events.length;
    for (const { frames } of events) for (const frame of frames) this.#characters += frame.length;
  }

  get isExceeded(): boolean {
    return this.#events > this.#maxEvents || this.#characters > this.#maxCharacters;
  }
}
