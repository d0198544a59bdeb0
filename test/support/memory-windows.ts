import type { Counts, MessageCount, Window, WindowStore } from "../../lambdas/core/limits/ports";
import type { ConnectionRecord } from "../../lambdas/core/records";

/** `WindowStore` over Maps. */
export class MemoryWindows implements WindowStore {
  readonly #connections: Map<string, ConnectionRecord>;
  readonly #socketsOf: (namespace: string, userId: string) => number;
  readonly #counts = new Map<string, Counts>();
  /** Names of the calls, in order. */
  readonly calls: string[] = [];

  constructor(
    connections: Map<string, ConnectionRecord>,
    socketsOf: (namespace: string, userId: string) => number,
  ) {
    this.#connections = connections;
    this.#socketsOf = socketsOf;
  }

  async countMessages(connectionId: string, count: MessageCount): Promise<void> {
    this.calls.push("countMessages");
    const connection = this.#connections.get(connectionId);
    const { startsAt = -Infinity, messages = 0, isUserOver = false } = connection?.rate ?? {};
    if (!connection || startsAt > count.startsAt) return;
    const before =
      startsAt === count.startsAt ? { messages, isUserOver } : { messages: 0, isUserOver: false };
    const rate = {
      startsAt: count.startsAt,
      messages: before.messages + count.messages,
      isUserOver: before.isUserOver || count.isUserOver,
    };
    this.#connections.set(connectionId, { ...connection, rate });
  }

  async count(window: Window, { total = 0, admitted = 0 }: Partial<Counts>): Promise<Counts> {
    this.calls.push("count");
    const key = JSON.stringify([window.of, window.id, window.startsAt]);
    const known = this.#counts.get(key) ?? { total: 0, admitted: 0 };
    const counts = { total: known.total + total, admitted: known.admitted + admitted };
    this.#counts.set(key, counts);
    return counts;
  }

  async socketsOfUser(namespace: string, userId: string, most: number): Promise<number> {
    this.calls.push("socketsOfUser");
    return Math.min(most, this.#socketsOf(namespace, userId));
  }
}
