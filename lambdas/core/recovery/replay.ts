import { forEachConcurrently } from "../concurrency";
import type { SocketRecord } from "../records";
import { laterOf, logRanges, missedEvents } from "./missed-events";
import { type Offset, offsetBound } from "./offsets";
import type { LoggedEvent, Recovery } from "./ports";

/** They are posted one after the other, some 5 ms each, within the time that a packet has. */
const MAX_EVENTS = 2_500;
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Not all that is read is for the socket: some is in several of its rooms, or excepts it. */
const MAX_READ = 4;

const CONCURRENT_ROOMS = 25;

/** Nobody waits longer for a write to the log before the event is logged anew. */
const RECENT_MS = 5_000;

type Owner = Pick<SocketRecord, "namespace" | "sid" | "userId" | "rooms" | "since">;

/** Where a replay begins. */
export interface ReplayStart {
  readonly after: Offset;
  /** What the client got last, which may be behind `after`. */
  readonly last?: Offset;
  /** On which it was. */
  readonly connectionId: string;
}

/** `sentAs`: not before what the client has by then, which would forget that it has it. */
export type Missed = LoggedEvent & { readonly sentAs: Offset };

/** Reads what a socket missed, stretch by stretch. */
export class Replay {
  readonly #stores: Pick<Recovery, "events" | "undelivered">;
  readonly #connectionId: string;
  #after: Offset;
  #latest: Offset;
  readonly #sent = new Set<Offset>();
  readonly #undelivered = new Map<Offset, LoggedEvent>();
  readonly #read = new Volume();
  readonly #owed = new Volume();

  constructor(stores: Pick<Recovery, "events" | "undelivered">, { after, last, connectionId }: ReplayStart) {
    this.#stores = stores;
    this.#connectionId = connectionId;
    this.#after = after;
    this.#latest = last ?? after;
    if (last !== undefined) this.#sent.add(last);
  }

  /** What whoever posts late must not post: the latest of what was read, and what others had tried to post. */
  recent(ms: number): readonly Offset[] {
    const since = offsetBound(ms - RECENT_MS);
    return [...this.#sent].filter((offset) => offset >= since || this.#undelivered.has(offset));
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
    const [logs, undelivered] = await Promise.all([
      this.#logsUpTo(before, socket),
      this.#undeliveredUpTo(before, socket),
    ]);
    if (this.#read.exceeds(MAX_READ)) return undefined;
    this.#after = laterOf(this.#after, before);
    const missed = missedEvents(socket, [...logs, undelivered], this.#sent);
    this.#owed.add(missed);
    if (this.#owed.exceeds(1)) return undefined;
    return missed.map((event) => this.#sending(event));
  }

  async #logsUpTo(before: Offset, socket: Owner): Promise<readonly (readonly LoggedEvent[])[]> {
    const { events } = this.#stores;
    const logs: (readonly LoggedEvent[])[] = [];
    await forEachConcurrently(logRanges(socket, this.#after), CONCURRENT_ROOMS, async ({ room, after }) => {
      for await (const page of events.read(socket.namespace, room, { after, before })) {
        logs.push(page);
        this.#read.add(page);
        if (this.#read.exceeds(MAX_READ)) return;
      }
    });
    return logs;
  }

  async #undeliveredUpTo(before: Offset, { sid }: Owner): Promise<readonly LoggedEvent[]> {
    const all = await this.#stores.undelivered.of({ connectionId: this.#connectionId, sid });
    const events = all.filter(({ offset }) => offset < before);
    for (const event of events) this.#undelivered.set(event.offset, event);
    return events;
  }

  #sending(event: LoggedEvent): Missed {
    this.#sent.add(event.offset);
    this.#latest = laterOf(this.#latest, event.offset);
    return { ...event, sentAs: this.#latest };
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
