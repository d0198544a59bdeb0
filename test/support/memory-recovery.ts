import type { Member, Stamp } from "../../lambdas/core/records";
import type {
  LogEntry,
  LoggedEvent,
  LogStore,
  ParkedSocket,
  RecoverySession,
  ReplayEnd,
  ReplayStore,
  SessionStore,
  UndeliveredEvent,
  UndeliveredStore,
} from "../../lambdas/core/recovery/ports";

/** The log of events over an array. */
export class MemoryLog implements LogStore {
  entries: LogEntry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    this.entries.push(...entries);
  }

  async remove(entries: readonly LogEntry[]): Promise<void> {
    this.entries = this.entries.filter((entry) => !entries.some((other) => isSame(entry, other)));
  }

  async *read(
    namespace: string,
    room: string,
    { after, before }: { readonly after: string; readonly before: string },
  ): AsyncGenerator<readonly LoggedEvent[]> {
    const entries = this.entries.filter(
      (entry) =>
        entry.namespace === namespace &&
        entry.room === room &&
        entry.offset > after &&
        entry.offset < before &&
        entry.expiresAt * 1_000 > this.#now(),
    );
    const events = entries.map(({ offset, frames, except, earlier }) => ({
      offset,
      frames,
      except,
      earlier,
    }));
    yield events.sort((one, other) => (one.offset < other.offset ? -1 : 1));
  }
}

/** What did not arrive, over an array. */
export class MemoryUndelivered implements UndeliveredStore {
  events: UndeliveredEvent[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async add(events: readonly UndeliveredEvent[]): Promise<void> {
    const kept = this.events.filter((one) => !events.some((other) => isSameUndelivered(one, other)));
    this.events = [...kept, ...events];
  }

  async of({ connectionId, sid }: Socket): Promise<readonly LoggedEvent[]> {
    return this.events
      .filter((event) => event.connectionId === connectionId && event.sid === sid)
      .filter(({ expiresAt }) => expiresAt * 1_000 > this.#now())
      .map(({ offset, frames }) => ({ offset, frames, except: [] }))
      .sort((one, other) => (one.offset < other.offset ? -1 : 1));
  }
}

/** The sessions over a Map. */
export class MemorySessions implements SessionStore {
  readonly records = new Map<string, { readonly session: RecoverySession; readonly expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async open(session: RecoverySession, expiresAt: number): Promise<void> {
    this.records.set(session.pid, { session, expiresAt });
  }

  async load(pid: string): Promise<RecoverySession | undefined> {
    const record = this.records.get(pid);
    return record && record.expiresAt * 1_000 > this.#now() ? record.session : undefined;
  }

  async claim(pid: string, claim: Stamp): Promise<RecoverySession | undefined> {
    const record = this.records.get(pid);
    if (!record || (record.session.claim ?? "") > claim) return undefined;
    this.records.set(pid, { ...record, session: { ...record.session, claim } });
    return this.load(pid);
  }

  async park(pid: string, parked: ParkedSocket, expiresAt: number): Promise<void> {
    const session = this.records.get(pid)?.session;
    if (session?.connectionId !== parked.connectionId) return;
    if (session.parked?.connectionId === parked.connectionId) return;
    this.records.set(pid, { session: { ...session, parked }, expiresAt });
  }

  async resume(
    { pid, connectionId, claim }: Pick<RecoverySession, "pid" | "connectionId"> & { readonly claim: Stamp },
    expiresAt: number,
  ): Promise<boolean> {
    const session = this.records.get(pid)?.session;
    if (session?.claim !== claim) return false;
    this.records.set(pid, { session: { ...session, connectionId }, expiresAt });
    return true;
  }

  async end({ pid, connectionId }: Pick<RecoverySession, "pid" | "connectionId">): Promise<void> {
    if (this.records.get(pid)?.session.connectionId === connectionId) this.records.delete(pid);
  }
}

/** The ends of recoveries over a Map. */
export class MemoryReplays implements ReplayStore {
  readonly #ends = new Map<string, { readonly end: ReplayEnd; readonly expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async finish({ connectionId, sid }: Socket, end: ReplayEnd, expiresAt: number): Promise<void> {
    const key = `${connectionId} ${sid}`;
    if (!this.#ends.has(key)) this.#ends.set(key, { end, expiresAt });
  }

  async end({ connectionId, sid }: Socket): Promise<ReplayEnd | undefined> {
    const known = this.#ends.get(`${connectionId} ${sid}`);
    return known && known.expiresAt * 1_000 > this.#now() ? known.end : undefined;
  }
}

type Socket = Pick<Member, "connectionId" | "sid">;

function isSame(one: LogEntry, other: LogEntry): boolean {
  return one.namespace === other.namespace && one.room === other.room && one.offset === other.offset;
}

function isSameUndelivered(one: UndeliveredEvent, other: UndeliveredEvent): boolean {
  return one.connectionId === other.connectionId && one.sid === other.sid && one.offset === other.offset;
}
