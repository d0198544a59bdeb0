import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { environmentVariables } from "../faults/environment-variables";
import { deliver } from "../faults/events";
import { Faults } from "../faults/faults";
import type { Limits } from "../limits";
import type { LambdaFunction } from "../template/model";
import { shortName, type Terminal } from "../terminal";
import { AsyncEvents } from "./async-events";
import { SharedCapacity } from "./capacity";
import type { Environment } from "./environment";
import type { FunctionError, Outcome } from "./invocation";
import { EnvironmentPool } from "./pool";
import { nextTrace } from "./trace";

export interface InvokeOptions {
  /** The caller's `X-Amzn-Trace-Id`. */
  readonly traceId?: string;
  readonly requestId?: string;
}

/** Variables of the machine that local AWS adds to a function's own: endpoints, credentials. */
export type Surroundings = (fn: LambdaFunction) => Readonly<Record<string, string>>;

interface Deployed {
  readonly fn: LambdaFunction;
  readonly pool: EnvironmentPool;
}

/** Lambda: the deployed functions and their environments. */
export class LambdaService {
  private readonly deployed = new Map<string, Deployed>();
  private readonly starting = new Set<EnvironmentPool>();
  private readonly stopping = new Set<EnvironmentPool>();
  private readonly asyncEvents: AsyncEvents;
  private readonly capacity: SharedCapacity;
  private stopped = false;

  constructor(
    private readonly limits: Limits,
    private readonly terminal: Terminal,
    private readonly surroundings: Surroundings,
    private readonly faults = new Faults(),
  ) {
    this.asyncEvents = new AsyncEvents(limits);
    this.capacity = new SharedCapacity(limits.environmentsPerFunction, limits.environments);
  }

  get functions(): readonly LambdaFunction[] {
    return [...this.deployed.values()].map(({ fn }) => fn);
  }

  get pids(): readonly number[] {
    return [...this.deployed.values()].flatMap(({ pool }) => pool.pids);
  }

  /** How long ago the oldest asynchronous event came that is not done; 0 when there is none. */
  get asyncEventAgeMs(): number {
    return this.asyncEvents.ageMs;
  }

  /** By name or ARN, with or without a qualifier. */
  find(nameOrArn: string): LambdaFunction | undefined {
    const [name = ""] = (nameOrArn.split(":function:").at(-1) ?? "").split(":");
    return this.deployed.get(name)?.fn;
  }

  /**
   * Replaces the functions that changed, once each of the new ones has loaded. Running invocations end in the
   * old version. Throws the first error of a module that does not load, and then nothing has changed.
   */
  async deploy(functions: readonly LambdaFunction[]): Promise<void> {
    const changed = functions.filter((fn) => !isSame(this.deployed.get(fn.name)?.fn, fn));
    const next = changed.map((fn) => ({
      fn,
      pool: new EnvironmentPool(fn, this.settings(fn), this.capacity),
    }));
    for (const { pool } of next) this.starting.add(pool);
    const errors = await Promise.all(next.map(({ pool }) => pool.warm()));
    const failed = errors.findIndex((error) => error !== undefined);
    for (const { pool } of next) this.starting.delete(pool);
    if (failed >= 0) {
      await Promise.all(next.map(({ pool }) => pool.stop()));
      throw new Error(loadError(next[failed]?.fn, errors[failed]));
    }
    for (const { fn, pool } of next) {
      this.retire(fn.name);
      this.deployed.set(fn.name, { fn, pool });
    }
    const names = new Set(functions.map(({ name }) => name));
    for (const name of [...this.deployed.keys()]) if (!names.has(name)) this.retire(name);
  }

  /** Runs an event now and waits for the answer. */
  async invoke(fn: LambdaFunction, payload: string, options: InvokeOptions = {}): Promise<Outcome> {
    const pool = this.deployed.get(fn.name)?.pool;
    if (pool === undefined) return { type: "error", error: { errorMessage: `${fn.name} is not deployed` } };
    const trace = nextTrace(options.traceId, fn.arn);
    const requestId = options.requestId ?? randomUUID();
    const outcome = await pool.invoke({ payload, requestId, traceId: trace.id });
    if (outcome.type === "error" && !this.stopped)
      this.terminal.line(
        `${fn.name} failed: ${outcome.error.errorType ?? "Error"}: ${outcome.error.errorMessage}`,
      );
    return outcome;
  }

  /** Takes an event to be run soon, and again if it fails, as the function's settings say. */
  invokeAsync(fn: LambdaFunction, payload: string, options: InvokeOptions = {}): void {
    const once = { requestId: randomUUID(), ...options };
    const current = () => this.find(fn.name) ?? fn;
    const event = {
      fn: current,
      invoke: () => this.invoke(current(), payload, once),
      dropped: (attempts: number) =>
        this.terminal.line(`${fn.name} dropped an asynchronous event after ${attempts} attempts`),
    };
    void this.asyncEvents.accept((attempts) => deliver(this.faults, shortName(fn), () => attempts(event)));
  }

  /** Whether a function may be invoked once more in this chain, or Lambda would stop it as a loop. */
  isLoop(fn: LambdaFunction, traceId: string | undefined): boolean {
    return !fn.allowsRecursion && nextTrace(traceId, fn.arn).depth > this.limits.recursionDepth;
  }

  reportLoop(fn: LambdaFunction): void {
    this.terminal.line(
      `${fn.name} was stopped: it comes up more than ${this.limits.recursionDepth} times in one chain`,
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.asyncEvents.stop();
    const pools = [...this.deployed.values()].map(({ pool }) => pool);
    await Promise.all([...pools, ...this.starting, ...this.stopping].map((pool) => pool.stop()));
  }

  private retire(name: string): void {
    const pool = this.deployed.get(name)?.pool;
    this.deployed.delete(name);
    if (pool === undefined) return;
    pool.retire();
    this.stopping.add(pool);
  }

  private settings(fn: LambdaFunction) {
    return {
      variables: { ...runtimeVariables(fn), ...fn.environment, ...this.surroundings(fn) },
      initMs: this.limits.initMs,
      onLine: (line: string) => this.terminal.functionLine(fn, line),
      ownVariables: (id: string) => environmentVariables(this.faults, shortName(fn), id),
      onInvoke: (environment: Environment) => this.faults.calls.begin(shortName(fn), environment),
    };
  }
}

/** Each synthesis has a directory of its own; a bundle's last path segment names its content. */
function isSame(old: LambdaFunction | undefined, fn: LambdaFunction): boolean {
  const content = (version: LambdaFunction) =>
    JSON.stringify({ ...version, codePath: basename(version.codePath) });
  return old !== undefined && content(old) === content(fn);
}

/** What Lambda's Node runtime sets. */
function runtimeVariables(fn: LambdaFunction): Readonly<Record<string, string>> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    LAMBDA_TASK_ROOT: fn.codePath,
    _HANDLER: fn.handler,
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
  };
}

function loadError(fn: LambdaFunction | undefined, error: FunctionError | undefined): string {
  const where = error?.trace?.find((line) => line.trim().startsWith("at "))?.trim();
  const at = where === undefined ? "" : ` (${where})`;
  const what = fn === undefined ? "a function" : `the ${shortName(fn)} function, or the app module in it,`;
  return `${what} does not load: ${error?.errorType ?? "Error"}: ${error?.errorMessage}${at}`;
}
