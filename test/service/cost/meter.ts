import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LambdaService } from "../../../local/lambda/service";
import type { LocalAws } from "../../../local/local-aws";
import { shortName } from "../../../local/terminal";
import type { Cost } from "./cost";
import { meter, type TableRequest } from "./metered-tables";

const ANSWERED = "http.server.response.finish";
const CONNECTIONS = /\/@connections\//;

/** What Node tells of each HTTP answer of this process. */
interface Answered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Counts what local AWS is asked for. Nothing else may go on meanwhile. */
export class Meter {
  readonly #lambda: LambdaService;
  readonly #stop: () => void;
  #requests: TableRequest[] = [];
  #invocations: string[] = [];
  #posts = 0;
  #closes = 0;
  #running = 0;
  #watchers: (() => void)[] = [];

  constructor({ lambda, tables }: LocalAws) {
    this.#lambda = lambda;
    const stopTables = meter(tables, (request) => this.#requests.push(request));
    const onAnswer = (event: unknown) => this.#countPost(event as Answered);
    subscribe(ANSWERED, onAnswer);
    this.#countInvocations();
    this.#stop = () => {
      stopTables();
      unsubscribe(ANSWERED, onAnswer);
    };
  }

  /** What `act` costs, until each of the functions has been invoked and nothing runs any more. */
  async during(functions: readonly string[], act: () => Promise<unknown>): Promise<Cost> {
    await this.#until(() => this.#running === 0);
    this.#requests = [];
    this.#invocations = [];
    this.#posts = 0;
    this.#closes = 0;
    await act();
    await this.#until(
      () => this.#running === 0 && functions.every((name) => this.#invocations.includes(name)),
    );
    return this.#cost();
  }

  stop(): void {
    this.#stop();
  }

  #cost(): Cost {
    const requests = withOnePoll(this.#requests.filter((request) => !this.#isOfFirstRun(request)));
    return {
      requests: counted(requests.map(({ operation }) => operation)),
      readUnits: sum(requests.map(({ readUnits }) => readUnits)),
      writeUnits: sum(requests.map(({ writeUnits }) => writeUnits)),
      failedConditions: requests.filter(({ hasFailedCondition }) => hasFailedCondition).length,
      invocations: counted(this.#invocations),
      posts: this.#posts,
      closes: this.#closes,
    };
  }

  /** The schedule's first run may have begun before anybody counted: nobody else reads the liveness of all. */
  #isOfFirstRun({ kind, operation }: TableRequest): boolean {
    return kind === "BEAT" && operation === "Query" && !this.#invocations.includes("heartbeat");
  }

  /** What is refused is no message; how often a newborn connection refuses is a matter of time. */
  #countPost({ request: { method, url = "" }, response: { statusCode } }: Answered): void {
    if (!CONNECTIONS.test(url) || statusCode >= 300) return;
    if (method === "POST") this.#posts += 1;
    if (method === "DELETE") this.#closes += 1;
  }

  #countInvocations(): void {
    const invoke = this.#lambda.invoke.bind(this.#lambda);
    this.#lambda.invoke = (fn, ...rest) => {
      this.#invocations.push(shortName(fn));
      this.#running += 1;
      return invoke(fn, ...rest).finally(() => {
        this.#running -= 1;
        for (const look of this.#watchers) look();
      });
    };
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }
}

/** Who waits for an ack looks again and again: how often is a matter of time. */
function withOnePoll(requests: readonly TableRequest[]): readonly TableRequest[] {
  const isPoll = ({ kind, operation }: TableRequest) => kind === "ACK" && operation === "Query";
  const first = requests.find(isPoll);
  return requests.filter((request) => !isPoll(request) || request === first);
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
