import { randomUUID } from "node:crypto";
import type { Limits } from "../limits";
import type { Queue as QueueSettings } from "../template/model";

export interface NewMessage {
  readonly body: string;
  readonly groupId: string;
  /** Another message of the group with the same one, within five minutes, is not taken. */
  readonly deduplicationId?: string;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId?: string;
  /** Twenty digits, growing. */
  readonly sequence: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

/** A message that somebody has received. */
export interface Receipt extends Message {
  readonly handle: string;
  /** How often it was received by now. */
  readonly count: number;
  readonly firstReceivedAt: number;
}

interface Stored {
  readonly message: Message;
  handle?: string;
  count: number;
  firstReceivedAt: number;
  /** Runs while somebody has received it and neither deleted nor given it back. */
  invisible?: NodeJS.Timeout;
}

const DEDUPLICATION_MS = 5 * 60_000;
const FIRST_SEQUENCE = 18_849_496_460_467_696_128n;

/** One queue. While a message of a group is with a receiver, no other message of that group is received. */
export class Queue {
  private readonly groups = new Map<string, Stored[]>();
  private readonly received = new Map<string, Stored>();
  /** Groups with messages of which none is with a receiver, in the order in which they became so. */
  private readonly ready = new Set<string>();
  private readonly seen = new Map<string, { readonly message: Message; readonly at: number }>();
  private sent = 0n;

  constructor(
    private settings: QueueSettings,
    private readonly limits: Pick<Limits, "visibilitySecondMs">,
    /** There is something to receive. */
    private readonly onReady: () => void,
    /** A message was received too often. */
    private readonly onDead: (message: Message) => void,
  ) {}

  get visible(): number {
    return [...this.ready].reduce((sum, id) => sum + (this.groups.get(id)?.length ?? 0), 0);
  }

  get inFlight(): number {
    return this.received.size;
  }

  /** How long ago the oldest message was sent that nobody has deleted; 0 when there is none. */
  get ageMs(): number {
    const oldest = [...this.groups.values()].flatMap(([first]) => first?.message.sentAt ?? []);
    return oldest.length === 0 ? 0 : Date.now() - Math.min(...oldest);
  }

  configure(settings: QueueSettings): void {
    this.settings = settings;
  }

  send(newMessage: NewMessage): Message {
    const key = JSON.stringify([newMessage.groupId, newMessage.deduplicationId]);
    const known = this.seen.get(key);
    if (newMessage.deduplicationId !== undefined && known && Date.now() - known.at < DEDUPLICATION_MS)
      return known.message;
    const sequence = String(FIRST_SEQUENCE + this.sent++ * 256n);
    const message = { ...newMessage, id: randomUUID(), sequence, sentAt: Date.now() };
    if (newMessage.deduplicationId !== undefined) this.remember(key, message);
    this.put(message);
    return message;
  }

  /** Up to `max` messages, of as few groups as possible, each group's in order. */
  receive(max: number, visibilitySeconds = this.settings.visibilitySeconds): readonly Receipt[] {
    const receipts: Receipt[] = [];
    for (const groupId of [...this.ready]) {
      if (receipts.length >= max) break;
      this.buryDead(groupId);
      const group = this.groups.get(groupId) ?? [];
      for (const stored of group.slice(0, max - receipts.length))
        receipts.push(this.handOut(stored, visibilitySeconds));
      this.ready.delete(groupId);
    }
    return receipts;
  }

  delete(handle: string): void {
    const stored = this.received.get(handle);
    if (stored === undefined) return;
    this.drop(stored);
    this.unlock(stored.message.groupId);
  }

  /** From now on. `false` when nobody has the message under this handle any more. */
  changeVisibility(handle: string, seconds: number): boolean {
    const stored = this.received.get(handle);
    if (stored === undefined) return false;
    if (seconds > 0) this.hide(stored, seconds);
    else this.show(stored);
    return true;
  }

  stop(): void {
    for (const { invisible } of this.received.values()) clearTimeout(invisible);
  }

  private put(message: Message): void {
    const group = this.groups.get(message.groupId);
    const stored: Stored = { message, count: 0, firstReceivedAt: 0 };
    if (group) group.push(stored);
    else this.groups.set(message.groupId, [stored]);
    this.unlock(message.groupId);
  }

  private handOut(stored: Stored, visibilitySeconds: number): Receipt {
    const now = Date.now();
    stored.count += 1;
    stored.firstReceivedAt ||= now;
    stored.handle = randomUUID();
    this.received.set(stored.handle, stored);
    this.hide(stored, visibilitySeconds);
    const { message, handle, count, firstReceivedAt } = stored;
    return { ...message, handle, count, firstReceivedAt };
  }

  private hide(stored: Stored, seconds: number): void {
    clearTimeout(stored.invisible);
    stored.invisible = setTimeout(() => this.show(stored), seconds * this.limits.visibilitySecondMs);
    stored.invisible.unref();
  }

  private show(stored: Stored): void {
    this.release(stored);
    this.unlock(stored.message.groupId);
  }

  private release(stored: Stored): void {
    clearTimeout(stored.invisible);
    stored.invisible = undefined;
    if (stored.handle !== undefined) this.received.delete(stored.handle);
    stored.handle = undefined;
  }

  private drop(stored: Stored): void {
    this.release(stored);
    const { groupId } = stored.message;
    const left = (this.groups.get(groupId) ?? []).filter((other) => other !== stored);
    if (left.length > 0) this.groups.set(groupId, left);
    else this.groups.delete(groupId);
  }

  private unlock(groupId: string): void {
    const group = this.groups.get(groupId);
    if (group === undefined || group.some(({ handle }) => handle !== undefined)) return;
    this.ready.add(groupId);
    this.onReady();
  }

  /** As SQS does: when it would be received once more. */
  private buryDead(groupId: string): void {
    const { redrive } = this.settings;
    if (redrive === undefined) return;
    for (const stored of this.groups.get(groupId) ?? []) {
      if (stored.count < redrive.maxReceiveCount) continue;
      this.drop(stored);
      this.onDead(stored.message);
    }
  }

  private remember(key: string, message: Message): void {
    const now = Date.now();
    this.seen.set(key, { message, at: now });
    for (const [old, { at }] of this.seen) {
      if (now - at < DEDUPLICATION_MS) return;
      this.seen.delete(old);
    }
  }
}
