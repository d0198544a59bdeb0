import type { ChildProcess } from "node:child_process";
import type { PostOutcome } from "../../lambdas/core/ports";
import type { FromChild, FromParent } from "./remote-calls";

export interface EnvironmentProps {
  readonly callbackUrl: string;
  readonly queryMs: number;
  readonly postsPerSecond: number;
}

export interface Invocation {
  readonly name: "push" | "deliver";
  readonly event: unknown;
  /** In the room, where that has changed. */
  readonly connections?: number;
}

export interface Invoked {
  readonly result: unknown;
  /** By the connection's number, where it is not `sent`. */
  readonly outcomes: readonly (readonly [connection: number, outcome: PostOutcome])[];
  /** How many posts began in each millisecond since the epoch. */
  readonly begun: readonly (readonly [at: number, posts: number])[];
  /** How often, by message. */
  readonly logged: Readonly<Record<string, number>>;
  /** Of memory, the most that the process has ever had. */
  readonly megabytes: number;
}

/** What processes call, by name. */
export type Ports = Readonly<Record<string, (args: readonly unknown[]) => Promise<unknown>>>;

/** A process that runs one invocation at a time, seen from its parent. */
export class Environment {
  connections: number | undefined;
  readonly #process: ChildProcess;
  readonly #ports: Ports;

  constructor(process: ChildProcess, ports: Ports) {
    this.#process = process;
    this.#ports = ports;
  }

  invoke(invocation: Invocation): Promise<Invoked> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#process.off("message", onMessage).off("exit", onExit);
        act();
      };
      const onExit = (code: number | null) => settle(() => reject(new Error(`a worker exited with ${code}`)));
      const onMessage = (message: FromChild) => {
        if (message.kind === "call") this.#answer(message).catch(reject);
        // It is what an environment's process answers.
        else if (message.kind === "done") settle(() => resolve(message.result as Invoked));
        else settle(() => reject(new Error(message.error)));
      };
      this.#process.on("message", onMessage).on("exit", onExit);
      this.#send({ kind: "order", order: invocation });
    });
  }

  async #answer({ id, port, method, args }: Extract<FromChild, { kind: "call" }>): Promise<void> {
    const call = this.#ports[`${port}.${method}`];
    if (!call) throw new Error(`expected no call of ${port}.${method}`);
    this.#send({ kind: "answer", id, value: await call(args) });
  }

  #send(message: FromParent): void {
    this.#process.send(message);
  }
}
