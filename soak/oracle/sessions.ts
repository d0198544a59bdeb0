import type { Connected, Logged } from "../log";
import { type Receipt, Session } from "./session";

/** Half a second after the `connect` of a recovery that broke off its client is cut, and comes back for the rest. */
const BROKEN_OFF_MS = 3_000;

export interface SessionRules {
  /** What is large is delivered within this long after it was confirmed. */
  readonly largeMs: number;
  /** A client that is back within this long after a drop that it did not ask for is owed its socket. */
  readonly windowMs: number;
  /** Nothing goes wrong but connections: then an answer proves that what was confirmed before has arrived. */
  readonly isFaultless: boolean;
}

/** The sockets of all clients, as the log has them. */
export function sessions(log: readonly Logged[], rules: SessionRules): readonly Session[] {
  const histories = new Map<string, History>();
  for (const entry of log) {
    if (!("client" in entry)) continue;
    const history = histories.get(entry.client) ?? new History(entry.client, rules);
    histories.set(entry.client, history);
    history.add(entry);
  }
  return [...histories.values()].flatMap((history) => history.end(log.length));
}

type OfClient = Extract<Logged, { readonly client: string }>;

/** One client's sockets, one after the other. */
class History {
  private readonly sessions: Session[] = [];
  private current: Session | undefined;
  private drop: { readonly ms: number; readonly asked: boolean } | undefined;
  /** Came when the client was not connected: of the socket that it will be. */
  private early: Receipt[] = [];
  private canRecover = false;
  private openedAt = Number.NEGATIVE_INFINITY;
  /** A recovery that proves that all is there, unless it turns out to have broken off. */
  private recovery: { readonly at: number; readonly ms: number } | undefined;
  private readonly wishes = new Map<string, number>();

  constructor(
    private readonly client: string,
    private readonly rules: SessionRules,
  ) {}

  add(entry: OfClient): void {
    if (entry.kind === "connected") this.connected(entry);
    else if (entry.kind === "dropped") this.dropped(entry);
    else if (entry.kind === "received") this.received(entry);
    else if (entry.kind === "settled") this.settled(entry.at);
    else if (entry.kind === "opened") this.openedAt = entry.at;
    else this.roomChanged(entry);
  }

  end(at: number): readonly Session[] {
    this.current?.replayed(this.early, this.openedAt);
    this.current?.end(at);
    return this.sessions;
  }

  private connected({ at, ms, recovered, protocol, transport }: Extract<OfClient, Connected>): void {
    this.canRecover = protocol === "socket.io";
    const isInTime = this.canRecover && this.isBackInTime(ms);
    // Also of a recovery before that: whatever became of it, this one has the rest.
    if (this.recovery !== undefined && (isInTime || recovered)) this.prove(this.recovery.at);
    if (isInTime && !recovered) this.prove(at);
    this.recovery = recovered ? { at, ms } : undefined;
    // Also when it is another now: what came was of the socket that was to be recovered.
    const early = this.early.map((one) => ({ ...one, isResidue: one.transport < transport }));
    this.current?.replayed(early, this.openedAt);
    this.early = [];
    if (!recovered || this.current === undefined) this.replace(at, isInTime);
    this.drop = undefined;
  }

  private isBackInTime(ms: number): boolean {
    return this.drop !== undefined && !this.drop.asked && ms - this.drop.ms < this.rules.windowMs;
  }

  private replace(at: number, isInTime: boolean): void {
    if (this.current !== undefined) this.current.isAbandoned = isInTime;
    this.current?.end(at);
    this.current = new Session(this.client);
    this.sessions.push(this.current);
    this.wishes.clear();
  }

  private dropped({ ms, asked }: Extract<Logged, { readonly kind: "dropped" }>): void {
    if (this.drop === undefined) this.current?.dropped();
    const stayed = this.drop === undefined && this.recovery;
    if (stayed && ms - stayed.ms >= BROKEN_OFF_MS) this.prove(stayed.at);
    this.drop = { ms: this.drop?.ms ?? ms, asked: asked || (this.drop?.asked ?? false) };
  }

  private received(receipt: Receipt): void {
    if (this.drop === undefined && this.current !== undefined) this.current.receipts.push(receipt);
    else this.early.push(receipt);
  }

  private roomChanged({ kind, room, at }: Extract<OfClient, { readonly room: string }>): void {
    const membership = this.current?.room(room);
    membership?.[kind](at);
    if (kind === "joining" || kind === "leaving") this.wishes.set(room, at);
    else if (this.rules.isFaultless) this.prove(this.wishes.get(room) ?? at);
  }

  /** Plain JSON has nothing that repairs what did not arrive. */
  private settled(at: number): void {
    if (this.canRecover || this.rules.isFaultless) this.prove(at);
  }

  private prove(at: number): void {
    if (this.current !== undefined) this.current.provenUntil = Math.max(this.current.provenUntil, at);
  }
}
