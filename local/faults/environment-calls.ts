import type { IncomingMessage } from "node:http";

/** An environment of a function, as far as it can be told apart and killed. */
export interface Victim {
  /** Its session token: what it signs its requests with is its own, as in AWS. */
  readonly id: string;
  readonly exited: Promise<void>;
  end(): void;
}

/** One request of a function's invocation to an AWS service. */
export interface Call {
  readonly function: string;
  readonly victim: Victim;
  /** Its number in the invocation, from 1. */
  readonly call: number;
  /** The same among those that may change something; absent of the others. */
  readonly write?: number;
}

export interface CallCount {
  readonly calls: number;
  readonly writes: number;
}

interface Running {
  readonly function: string;
  readonly victim: Victim;
  calls: number;
  writes: number;
}

/** Reads change nothing: whether one was made, nobody can tell afterwards. */
const READS = /^(Query|GetItem|BatchGetItem|GetSecretValue|GetConnection)$/;

/** Counts the AWS calls of each invocation. */
export class EnvironmentCalls {
  private readonly running = new Map<string, Running>();
  private longest = new Map<string, CallCount>();

  /** An environment begins with an event. */
  begin(functionName: string, victim: Victim): void {
    if (!this.running.has(victim.id)) void victim.exited.then(() => this.running.delete(victim.id));
    this.running.set(victim.id, { function: functionName, victim, calls: 0, writes: 0 });
  }

  /** The invocation that a request comes from, counted; `undefined` when it is not from a function. */
  count(request: IncomingMessage, operation: string): Call | undefined {
    const running = this.running.get(String(request.headers["x-amz-security-token"]));
    if (running === undefined) return undefined;
    const isWrite = !READS.test(operation);
    running.calls += 1;
    if (isWrite) running.writes += 1;
    this.remember(running);
    const { victim, calls, writes } = running;
    return { function: running.function, victim, call: calls, write: isWrite ? writes : undefined };
  }

  /** By function, the most calls of one invocation since the last time that this was asked. */
  takeLongest(): ReadonlyMap<string, CallCount> {
    const { longest } = this;
    this.longest = new Map();
    return longest;
  }

  private remember({ function: name, calls, writes }: Running): void {
    const known = this.longest.get(name) ?? { calls: 0, writes: 0 };
    this.longest.set(name, { calls: Math.max(known.calls, calls), writes: Math.max(known.writes, writes) });
  }
}
