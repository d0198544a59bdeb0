import { type DeliveryCount, sumOf } from "../../lambdas/core/delivery/delivery-count";
import type { PushResult } from "../../lambdas/core/push/push";
import type { StageOrder } from "./connections-process";
import { Functions, type Worked } from "./functions";
import { answerOf, Processes } from "./processes";
import type { SampleOrder } from "./sample-process";
import { type Faults, NO_FAULTS, type StageProps, type StageReport } from "./stage";

export interface CloudProps {
  /** The account's rate, all of which a broadcast uses; and its burst. */
  readonly rate: number;
  readonly burst: number;
  readonly postMs: number;
  readonly queryMs: number;
  readonly invokeMs: number;
}

export interface Broadcast extends Worked {
  readonly stage: StageReport;
  /** As Roomcast counts them. */
  readonly count: DeliveryCount;
  /** From the beginning of `push` until the last connection has its message. */
  readonly seconds: number;
}

/** An event of a chat. */
const PUSH = {
  rooms: ["everyone"],
  event: "chat:message",
  data: { from: "alice", text: "Hello everybody, how are you today?", at: 1_764_000_000_000 },
};

/** As much of AWS as a broadcast needs, with the times that it takes there. */
export class Cloud {
  readonly #props: CloudProps;
  readonly #processes = new Processes();
  readonly #connections = this.#processes.start("connections-process");
  readonly #port: Promise<number> = answerOf<number>(this.#connections);
  #functions: Functions | undefined;

  constructor(props: CloudProps) {
    this.#props = props;
  }

  /** Pushes an event to a room of so many sockets. */
  async broadcast(connections: number, faults: Faults): Promise<Broadcast> {
    const functions = await this.#start();
    await this.#reset(connections, faults);
    functions.reset(connections);
    const begin = Date.now();
    // `push` of one event answers one result.
    const pushed = (await functions.invoke("push", PUSH)) as PushResult;
    const worked = await functions.settled();
    const shares = pushed.delivery === undefined ? [] : await functions.deliveries.progress(pushed.delivery);
    const stage = await this.#report();
    return {
      ...worked,
      stage,
      count: sumOf([pushed, ...shares.flatMap(({ counts }) => counts)]),
      seconds: (stage.lastAnsweredAt - begin) / 1_000,
    };
  }

  /** What the published samples do, in a process of its own. */
  async sample(kind: SampleOrder["kind"], connections: number): Promise<number> {
    await this.#reset(connections, NO_FAULTS);
    const order: SampleOrder = {
      kind,
      connections,
      queryMs: this.#props.queryMs,
      callbackUrl: await this.#url(),
    };
    const child = this.#processes.start("sample-process", JSON.stringify(order));
    await answerOf(child);
    const begin = Date.now();
    const done = answerOf(child);
    child.send("begin");
    await done;
    child.disconnect();
    const { doubled, missing, lastAnsweredAt } = await this.#report();
    if (doubled + missing.length > 0)
      throw new Error(`expected everyone to get it once: ${missing.length} did not, ${doubled} twice`);
    return (lastAnsweredAt - begin) / 1_000;
  }

  async stop(): Promise<void> {
    await this.#processes.stop();
  }

  async #start(): Promise<Functions> {
    const { rate, queryMs, invokeMs } = this.#props;
    const callbackUrl = await this.#url();
    this.#functions ??= new Functions({
      processes: this.#processes,
      callbackUrl,
      queryMs,
      invokeMs,
      postsPerSecond: rate,
    });
    return this.#functions;
  }

  async #url(): Promise<string> {
    return `http://127.0.0.1:${await this.#port}/prod`;
  }

  async #reset(connections: number, faults: Faults): Promise<void> {
    const { rate: perSecond, burst, postMs } = this.#props;
    const props: StageProps = { connections, perSecond, burst, postMs, faults };
    await this.#ask(props);
  }

  #report(): Promise<StageReport> {
    return this.#ask("report");
  }

  #ask<T>(order: StageOrder): Promise<T> {
    const answer = answerOf<T>(this.#connections);
    this.#connections.send(order);
    return answer;
  }
}
