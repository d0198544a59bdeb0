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

  constructor(
    private readonly fn: LambdaFunction,
    private readonly settings: EnvironmentSettings,
    private readonly capacity: Capacity,
  ) {}

  get size(): number {
    return this.all.size;
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
    environment.invoke(next.invocation).then((outcome) => {
      next.resolve(outcome);
      this.release(environment);
    });
  }

  private canGrow(): boolean {
    if (this.starting >= this.queue.length || this.all.size >= this.capacity.maxPerFunction) return false;
    return this.capacity.take(this);
  }

  private async grow(): Promise<void> {
    this.starting++;
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
