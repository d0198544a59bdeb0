import type { LambdaFunction } from "../template/model";
import { Environment, type EnvironmentSettings } from "./environment";
import type { FunctionError, Invocation, Outcome } from "./invocation";

/** Counts the processes of all functions. One function may always have one, whatever the others hold. */
export interface Capacity {
  readonly maxPerFunction: number;
  /** Takes a place; it may end an idle environment of another function for it. */
  take(pool: EnvironmentPool): boolean;
  free(): void;
  /** An environment became idle: another function may have it. */
  offer(): void;
  forget(pool: EnvironmentPool): void;
}

/**
 * So many environments start at once, and further ones only when none of them has taken an event for so long:
 * a laptop's few cores are busy for 200 ms with a new one, and those that run are often free much sooner.
 */
const EAGER_ENVIRONMENTS = 2;
const PATIENCE_MS = 100;

interface Waiting {
  readonly invocation: Invocation;
  readonly resolve: (outcome: Outcome) => void;
}

const STOPPED: Outcome = { type: "error", error: { errorMessage: "local AWS has stopped" } };

/** The environments of one version of one function: started on demand, reused, and beyond the limit a queue. */
export class EnvironmentPool {
  private readonly idle: Environment[] = [];
  private readonly all = new Set<Environment>();
  private readonly queue: Waiting[] = [];
  private retired = false;
  private stopped = false;
  private starting = 0;
  /** Events that run or wait. */
  private concurrency = 0;
  /** When an event was last taken, or began to wait behind nobody, or an environment was started for one. */
  private movedAt = 0;
  private impatience: NodeJS.Timeout | undefined;

  constructor(
    private readonly fn: LambdaFunction,
    private readonly settings: EnvironmentSettings,
    private readonly capacity: Capacity,
  ) {}

  get size(): number {
    return this.all.size;
  }

  /** When it last had something to do. */
  get usedAt(): number {
    return this.movedAt;
  }

  get pids(): readonly number[] {
    return [...this.all].flatMap(({ pid }) => pid ?? []);
  }

  /** Starts one environment ahead of the first event. Answers what kept the module from loading, if anything did. */
  async warm(): Promise<FunctionError | undefined> {
    if (!this.capacity.take(this)) return undefined;
    const environment = this.start();
    const error = await environment.loaded;
    this.release(environment);
    return error;
  }

  invoke(invocation: Invocation): Promise<Outcome> {
    if (this.stopped) return Promise.resolve(STOPPED);
    if (this.concurrency >= (this.fn.reservedConcurrency ?? Number.POSITIVE_INFINITY))
      return Promise.resolve({ type: "throttled" });
    this.concurrency++;
    return new Promise<Outcome>((resolve) => {
      if (this.queue.length === 0) this.movedAt = performance.now();
      this.queue.push({ invocation, resolve });
      this.drain();
    }).finally(() => this.concurrency--);
  }

  /** Gives up one idle environment for another function's sake. Answers whether there was one. */
  yieldOne(): boolean {
    const environment = this.all.size > 1 ? this.idle.shift() : undefined;
    if (environment === undefined) return false;
    this.drop(environment);
    return true;
  }

  /** Lets what runs and what waits come to its end, and then ends the environments. */
  retire(): void {
    this.retired = true;
    for (const environment of this.idle.splice(0)) this.drop(environment);
  }

  /** Ends everything at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.impatience);
    for (const { resolve } of this.queue.splice(0)) resolve(STOPPED);
    const environments = [...this.all];
    for (const environment of environments) environment.end();
    await Promise.all(environments.map(({ exited }) => exited));
  }

  /** Runs what waits, as far as there are environments for it. Called whenever either changes. */
  drain(): void {
    while (this.queue.length > 0) {
      const environment = this.idle.pop();
      if (environment !== undefined) this.run(environment);
      else if (this.canGrow()) void this.grow();
      else return;
    }
  }

  private run(environment: Environment): void {
    const next = this.queue.shift();
    if (next === undefined) return;
    this.movedAt = performance.now();
    environment.invoke(next.invocation).then((outcome) => {
      next.resolve(outcome);
      this.release(environment);
    });
  }

  private canGrow(): boolean {
    if (this.starting >= this.queue.length || this.all.size >= this.capacity.maxPerFunction) return false;
    return this.isImpatient() && this.capacity.take(this);
  }

  /** Looks again in time when it is not. */
  private isImpatient(): boolean {
    if (this.all.size < EAGER_ENVIRONMENTS) return true;
    // One after the other: each takes the time of those that run.
    if (this.starting > 0) return false;
    const leftMs = this.movedAt + PATIENCE_MS - performance.now();
    if (leftMs <= 0) return true;
    this.impatience ??= setTimeout(() => {
      this.impatience = undefined;
      this.drain();
    }, leftMs);
    return false;
  }

  private async grow(): Promise<void> {
    this.starting++;
    this.movedAt = performance.now();
    const environment = this.start();
    const error = await environment.loaded;
    this.starting--;
    // As in Lambda: the event for which a new environment was started fails when the module does not load.
    if (error !== undefined) this.queue.shift()?.resolve({ type: "error", error });
    this.release(environment);
  }

  private start(): Environment {
    const environment = new Environment(this.fn, this.settings);
    this.all.add(environment);
    void environment.exited.then(() => this.forget(environment));
    return environment;
  }

  private release(environment: Environment): void {
    const isSpare = this.stopped || (this.retired && this.queue.length === 0);
    if (environment.ended || isSpare) this.drop(environment);
    else this.idle.push(environment);
    this.drain();
    if (this.idle.length > 0) this.capacity.offer();
  }

  private drop(environment: Environment): void {
    environment.end();
    this.forget(environment);
  }

  private forget(environment: Environment): void {
    const index = this.idle.indexOf(environment);
    if (index >= 0) this.idle.splice(index, 1);
    if (this.all.delete(environment)) this.capacity.free();
    if (this.retired && this.all.size === 0) this.capacity.forget(this);
  }
}
