import type { Received } from "../log";
import { Membership } from "./membership";

export type Receipt = Received & {
  readonly at: number;
  /**
   * It came with a recovery that broke off: the client keeps it, and tells the next one that it has not got
   * it. So it comes again.
   */
  readonly isResidue?: boolean;
};

/** What came before the client was connected, with one recovery. */
export interface Replay {
  readonly receipts: readonly Receipt[];
  /** The place in the log where the client asked for it: what was under way then may have been posted after it. */
  readonly openedAt: number;
}

/** One socket of a client, over all connections that it was recovered on. */
export class Session {
  readonly receipts: Receipt[] = [];
  readonly replays: Replay[] = [];
  /** The last that the client had when a connection dropped. */
  readonly lastBeforeDrops: Receipt[] = [];
  readonly rooms = new Map<string, Membership>();
  /** What was confirmed before this is owed: the client was there later, as the same socket. */
  provenUntil = Number.NEGATIVE_INFINITY;
  /** It dropped, came back in time, and was another socket. */
  isAbandoned = false;

  constructor(readonly client: string) {}

  room(name: string): Membership {
    const membership = this.rooms.get(name) ?? new Membership();
    this.rooms.set(name, membership);
    return membership;
  }

  dropped(): void {
    const last = this.receipts.at(-1);
    if (last !== undefined) this.lastBeforeDrops.push(last);
  }

  replayed(receipts: readonly Receipt[], openedAt: number): void {
    this.receipts.push(...receipts);
    this.replays.push({ openedAt, receipts: receipts.filter(({ isResidue }) => !isResidue) });
  }

  end(at: number): void {
    for (const membership of this.rooms.values()) membership.end(at);
  }
}
