import { setTimeout as pause } from "node:timers/promises";
import type { DeliveryStore } from "../../lambdas/core/delivery/ports";
import type { DeliverEvent, DisconnectEvent } from "../../lambdas/core/internal-events";
import type { PostOutcome } from "../../lambdas/core/ports";
import { memoryDeliveryStore } from "../../test/support/memory-deliveries";
import { BusiestSecond } from "./busiest-second";
import { Environment, type EnvironmentProps, type Invocation, type Invoked, type Ports } from "./environment";
import type { Processes } from "./processes";

export interface FunctionsProps extends EnvironmentProps {
  readonly processes: Processes;
  readonly invokeMs: number;
}

/** What the invocations since the last reset came to, together. */
export interface Worked {
  readonly invocations: number;
  readonly maxMegabytes: number;
  /** By connection, where it is not `sent`. */
  readonly outcomes: ReadonlyMap<number, PostOutcome>;
  /** How many posts all workers together began in their busiest second. */
  readonly peakPostsPerSecond: number;
  /** How many connections `disconnect` was told of. */
  readonly reportedGone: number;
  readonly logged: Readonly<Record<string, number>>;
}

/** Lambda, and the part of the table that says how far a delivery is: one for all environments. */
export class Functions {
  readonly deliveries: DeliveryStore = memoryDeliveryStore(() => Date.now());
  readonly #props: FunctionsProps;
  readonly #ports: Ports;
  readonly #idle: Environment[] = [];
  readonly #running = new Set<Promise<void>>();
  #connections = 0;
  #invoked: Invoked[] = [];
  #reportedGone = 0;

  constructor(props: FunctionsProps) {
    this.#props = props;
    this.#ports = this.#portsOf(props);
  }

  /** Forgets what was before, and has a room of so many. */
  reset(connections: number): void {
    this.#connections = connections;
    this.#invoked = [];
    this.#reportedGone = 0;
  }

  /** Resolves with what the function answers. */
  async invoke(name: Invocation["name"], event: unknown): Promise<unknown> {
    const environment = this.#idle.shift() ?? this.#start();
    const isKnown = environment.connections === this.#connections;
    environment.connections = this.#connections;
    const invoked = await environment.invoke({
      name,
      event,
      connections: isKnown ? undefined : this.#connections,
    });
    this.#idle.push(environment);
    this.#invoked.push(invoked);
    return invoked.result;
  }

  /** Resolves when all that was invoked asynchronously is done; rejects when some of it failed. */
  async settled(): Promise<Worked> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const logged: Record<string, number> = {};
    for (const [text, times] of this.#invoked.flatMap((one) => Object.entries(one.logged))) {
      logged[text] = (logged[text] ?? 0) + times;
    }
    return {
      invocations: this.#invoked.length,
      maxMegabytes: Math.max(...this.#invoked.map(({ megabytes }) => megabytes)),
      outcomes: new Map(this.#invoked.flatMap(({ outcomes }) => outcomes)),
      peakPostsPerSecond: peakOf(this.#invoked),
      reportedGone: this.#reportedGone,
      logged,
    };
  }

  #start(): Environment {
    const { processes, callbackUrl, queryMs, postsPerSecond } = this.#props;
    const props: EnvironmentProps = { callbackUrl, queryMs, postsPerSecond };
    return new Environment(processes.start("environment-process", JSON.stringify(props)), this.#ports);
  }

  #portsOf({ queryMs, invokeMs }: FunctionsProps): Ports {
    const late = async <T>(ms: number, act: () => T): Promise<T> => {
      await pause(ms);
      return act();
    };
    const query = (method: keyof DeliveryStore) => (args: readonly unknown[]) =>
      // The other side of the port has its types.
      late(queryMs, () => (this.deliveries[method] as (...all: typeof args) => Promise<unknown>)(...args));
    return {
      "deliveries.keep": query("keep"),
      "deliveries.content": query("content"),
      "deliveries.claim": query("claim"),
      "deliveries.advance": query("advance"),
      "deliveries.progress": query("progress"),
      "invoker.deliver": (args) => late(invokeMs, () => this.#queue(args[0] as DeliverEvent)),
      "invoker.disconnect": (args) =>
        late(invokeMs, () => {
          this.#reportedGone += (args[0] as DisconnectEvent).connections.length;
        }),
    };
  }

  #queue(event: DeliverEvent): void {
    const run = this.invoke("deliver", event).then(() => {
      this.#running.delete(run);
    });
    this.#running.add(run);
  }
}

function peakOf(invoked: readonly Invoked[]): number {
  const busiest = new BusiestSecond();
  const begun = invoked.flatMap((one) => one.begun).sort(([one], [other]) => one - other);
  for (const [at, posts] of begun) busiest.add(at, posts);
  return busiest.most;
}
