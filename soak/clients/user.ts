import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log";
import type { Line } from "./line";

export interface UserOptions {
  readonly name: string;
  readonly rooms: readonly string[];
  /** Between two acts, on average. */
  readonly pauseMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Log;
}

const MIN_ROOMS = 2;
const MAX_ROOMS = 3;
const MAX_BURST = 4;
const MAX_PACKETS = 3;
const POLL_MS = 50;
const AWAY_MS = 1_500;

/** Who sits before a client: does one thing after the other, until told to stop. */
export class User {
  private readonly joined = new Set<string>();
  private readonly unanswered = new Set<Promise<void>>();
  private seenConnection = 0;
  private sent = 0;

  constructor(
    readonly line: Line,
    private readonly options: UserOptions,
  ) {}

  get name(): string {
    return this.options.name;
  }

  async live(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      if (this.line.isConnected) await this.act();
      // Who is in hardly any room has nothing to hear.
      const isIdle = this.line.isConnected && this.joined.size >= MIN_ROOMS;
      await (isIdle ? this.pause(stopped) : delay(POLL_MS));
    }
    await Promise.all(this.unanswered);
  }

  /** Emits so many packets that the service has workers deliver them. */
  async shout(count: number): Promise<void> {
    await this.say(count, true);
  }

  /** Answers whether the service has answered: the client is not stuck. */
  async sync(): Promise<boolean> {
    return this.line.isConnected && this.answered(this.line.call("sync"));
  }

  private async pause(stopped: AbortSignal): Promise<void> {
    const ms = 2 * this.options.random() * this.options.pauseMs;
    await delay(ms, undefined, { signal: stopped }).catch(() => undefined);
  }

  private async act(): Promise<void> {
    if (this.joined.size < MIN_ROOMS) return this.join();
    const dice = this.options.random();
    if (dice < 0.06) return this.join();
    if (dice < 0.1) return this.leave();
    if (dice < 0.13) return this.line.drop("terminate");
    if (dice < 0.15) return this.line.drop("close");
    if (dice < 0.155) return this.goOut();
    await this.speak();
  }

  /** Also again, where it is already. */
  private async join(): Promise<void> {
    const { log, name: client } = this.options;
    const room = this.joined.size < MAX_ROOMS ? this.pick(this.options.rooms) : this.pick([...this.joined]);
    log.add({ kind: "joining", client, room });
    if (!(await this.answered(this.line.call("join", room)))) return;
    log.add({ kind: "joined", client, room });
    this.joined.add(room);
  }

  private async leave(): Promise<void> {
    const { log, name: client } = this.options;
    const room = this.pick([...this.joined]);
    this.joined.delete(room);
    log.add({ kind: "leaving", client, room });
    if (await this.answered(this.line.call("leave", room))) log.add({ kind: "left", client, room });
  }

  /** Another socket when it comes back, which is in no room. */
  private async goOut(): Promise<void> {
    this.line.leave();
    this.joined.clear();
    await delay(this.options.random() * AWAY_MS);
    this.line.enter();
  }

  /** Several at once, not one after the other's answer. */
  private async speak(): Promise<void> {
    const burst = Array.from({ length: this.upTo(MAX_BURST) }, () => this.say(this.upTo(MAX_PACKETS)));
    const all = Promise.all(burst).then(() => undefined);
    this.unanswered.add(all);
    await all.finally(() => this.unanswered.delete(all));
  }

  private async say(count: number, isLarge?: boolean): Promise<void> {
    const { log, name: client, random } = this.options;
    const { connection } = this.line;
    if (connection !== this.seenConnection) [this.seenConnection, this.sent] = [connection, 0];
    this.sent += 1;
    const event = `${client}/${connection}/${this.sent}`;
    const [room, isForOthers] = [this.pick(this.options.rooms), random() < 0.3];
    const speaker = { client, connection, number: this.sent };
    log.add({ kind: "emitting", event, room, count, isForOthers, isLarge, speaker });
    const isDone = await this.answered(this.line.call(isForOthers ? "tell" : "say", event, room, count));
    log.add({ kind: "emitted", event, outcome: isDone ? "done" : "unknown" });
  }

  private answered(call: Promise<void>): Promise<boolean> {
    return call.then(
      () => true,
      () => false,
    );
  }

  private pick<Item>(items: readonly Item[]): Item {
    const item = items[this.upTo(items.length) - 1];
    if (item === undefined) throw new Error("expected something to choose from");
    return item;
  }

  /** From 1. */
  private upTo(most: number): number {
    return 1 + Math.floor(this.options.random() * most);
  }
}
