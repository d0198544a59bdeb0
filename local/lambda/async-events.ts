import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Limits } from "../limits";
import type { LambdaFunction } from "../template/model";
import type { Outcome } from "./invocation";

/** One event and whom it is for. */
export interface AsyncEvent {
  /** As it is deployed now. */
  fn(): LambdaFunction;
  invoke(): Promise<Outcome>;
  /** It is not tried again. */
  dropped(attempts: number): void;
}

interface Accepted {
  readonly at: number;
}

/** Lambda's own queue of asynchronous events: what fails is tried again, as the function's settings say. */
export class AsyncEvents {
  /** In the order in which they came. */
  private readonly pending = new Set<Accepted>();
  private readonly ended = new AbortController();

  constructor(private readonly limits: Pick<Limits, "asyncRetryDelaysMs">) {
    // Each event that waits for its next attempt is one.
    setMaxListeners(Number.POSITIVE_INFINITY, this.ended.signal);
  }

  /** How long ago the oldest event came that is neither done nor dropped; 0 when there is none. */
  get ageMs(): number {
    const [oldest] = this.pending;
    return oldest === undefined ? 0 : Date.now() - oldest.at;
  }

  /** `run` gives the event to its function, once or more often, by `attempts`. */
  async accept(run: (attempts: (event: AsyncEvent) => Promise<void>) => Promise<unknown>): Promise<void> {
    const accepted = { at: Date.now() };
    this.pending.add(accepted);
    await run((event) => this.attempt(event, accepted)).finally(() => this.pending.delete(accepted));
  }

  /** Nothing is tried again from now on. */
  stop(): void {
    this.ended.abort();
  }

  private async attempt(event: AsyncEvent, { at }: Accepted): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await event.invoke();
      if (outcome.type === "result" || this.ended.signal.aborted) return;
      const { maximumRetryAttempts, maximumEventAgeSeconds } = event.fn().async;
      const delayMs = this.delayMs(attempt);
      const isTooOld = Date.now() + delayMs - at > maximumEventAgeSeconds * 1000;
      if (attempt > maximumRetryAttempts || isTooOld) return event.dropped(attempt);
      if (!(await this.pause(delayMs))) return;
    }
  }

  private delayMs(attempt: number): number {
    const { asyncRetryDelaysMs } = this.limits;
    return asyncRetryDelaysMs[attempt - 1] ?? asyncRetryDelaysMs.at(-1) ?? 0;
  }

  /** `false`: there is nothing to wait for any more. */
  private pause(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: this.ended.signal }).catch(() => false);
  }
}
