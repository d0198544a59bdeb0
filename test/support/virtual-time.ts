import { setImmediate as nextTurn } from "node:timers/promises";
import type { CoreService } from "./core-service";

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** A clock that stands still while anybody has something to do, and then goes on to the next who waits. */
export class VirtualTime {
  readonly #service: CoreService;
  readonly #sleepers: Sleeper[] = [];

  /** The service's own pauses, too, then take their time. */
  constructor(service: CoreService) {
    this.#service = service;
    const clock: { pause(ms: number): Promise<void> } = service.services.clock;
    clock.pause = (ms) => this.pause(ms);
  }

  pause(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ wakesAt: this.#service.now + ms, wake }));
  }

  async run(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await nextTurn();
      this.#sleepers.sort((one, other) => one.wakesAt - other.wakesAt);
      const next = this.#sleepers.shift();
      if (!next) continue;
      this.#service.now = Math.max(this.#service.now, next.wakesAt);
      next.wake();
    }
    await done;
  }
}
