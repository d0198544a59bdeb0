import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../lambdas/core/ports";

interface Sleeper {
  readonly wakesAt: number;
  wake(): void;
}

/** Whose clock it is. */
interface Timed {
  now: number;
  readonly services: { readonly clock: Clock };
}

/** A clock that stands still while anybody has something to do, and then goes on to the next who waits. */
export class VirtualTime {
  readonly #service: Timed;
  readonly #sleepers: Sleeper[] = [];

  /** The service's own pauses, too, then take their time. */
  constructor(service: Timed) {
    this.#service = service;
    const clock: { pause(ms: number): Promise<void> } = service.services.clock;
    clock.pause = (ms) => this.pause(ms);
  }

  pause(ms: number): Promise<void> {
    return new Promise((wake) => this.#add({ wakesAt: this.#service.now + ms, wake }));
  }

  async run(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await nextTurn();
      const next = this.#sleepers.shift();
      if (!next) continue;
      this.#service.now = Math.max(this.#service.now, next.wakesAt);
      next.wake();
    }
    await done;
  }

  /** Kept in order: there may be thousands. */
  #add(sleeper: Sleeper): void {
    let first = 0;
    for (let last = this.#sleepers.length; first < last; ) {
      const middle = Math.floor((first + last) / 2);
      if ((this.#sleepers[middle]?.wakesAt ?? 0) <= sleeper.wakesAt) first = middle + 1;
      else last = middle;
    }
    this.#sleepers.splice(first, 0, sleeper);
  }
}
