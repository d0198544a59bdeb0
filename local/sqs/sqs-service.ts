import type { Limits } from "../limits";
import { isAllowed } from "../policy";
import type { EventSource, Model, Queue as QueueSettings } from "../template/model";
import type { Terminal } from "../terminal";
import { EventSourceMapping, type Invokes } from "./event-source-mapping";
import { Queue } from "./queue";

interface Deployed {
  settings: QueueSettings;
  readonly queue: Queue;
  readonly mappings: EventSourceMapping[];
}

/** What Lambda's pollers do, with the function's role. */
const CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/** SQS: the template's queues, and Lambda's pollers that feed functions from them. */
export class SqsService {
  /** By ARN. */
  private readonly queues = new Map<string, Deployed>();

  constructor(
    private readonly lambda: Invokes,
    private readonly limits: Pick<Limits, "visibilitySecondMs" | "queuePollers">,
    private readonly terminal: Terminal,
  ) {}

  get all(): readonly QueueSettings[] {
    return [...this.queues.values()].map(({ settings }) => settings);
  }

  /** Of the queues that feed functions, the longest: see `Queue`. */
  get ageMs(): number {
    const fed = [...this.queues.values()].filter(({ mappings }) => mappings.length > 0);
    return Math.max(0, ...fed.map(({ queue }) => queue.ageMs));
  }

  /** Throws when Lambda could not feed a function. */
  check({ queues, eventSources, functions }: Pick<Model, "queues" | "eventSources" | "functions">): void {
    for (const { queueArn, functionName, policy } of eventSources) {
      const queue = queues.find(({ arn }) => arn === queueArn);
      if (queue === undefined)
        throw new Error(`${functionName} is fed from ${queueArn}, which is not in the template`);
      const refused = CONSUME.find((action) => !isAllowed(policy, action, queueArn));
      if (refused !== undefined)
        throw new Error(`the role of ${functionName}, which ${queueArn} feeds, may not ${refused}`);
      const fn = functions.find(({ name }) => name === functionName);
      if (fn !== undefined && queue.visibilitySeconds < fn.timeoutSeconds)
        throw new Error(
          `${queue.name} shows messages again after ${queue.visibilitySeconds} s, while ${functionName} ` +
            `may run for ${fn.timeoutSeconds} s`,
        );
    }
  }

  /** Messages of a queue that stays, stay. */
  deploy(queues: readonly QueueSettings[], eventSources: readonly EventSource[]): void {
    const arns = new Set(queues.map(({ arn }) => arn));
    for (const arn of [...this.queues.keys()]) if (!arns.has(arn)) this.remove(arn);
    for (const settings of queues) {
      const known = this.queues.get(settings.arn);
      if (known) configure(known, settings);
      else this.add(settings);
    }
    this.stopPolling();
    for (const source of eventSources.filter(({ isEnabled }) => isEnabled)) this.map(source);
  }

  /** By ARN, URL or name. */
  find(id: string): { readonly settings: QueueSettings; readonly queue: Queue } | undefined {
    const name = id.split(/[:/]/).at(-1);
    return [...this.queues.values()].find(({ settings }) => settings.name === name);
  }

  stop(): void {
    this.stopPolling();
    for (const { queue } of this.queues.values()) queue.stop();
  }

  private add(settings: QueueSettings): void {
    const mappings: EventSourceMapping[] = [];
    const queue = new Queue(
      settings,
      this.limits,
      () => {
        for (const mapping of mappings) mapping.wake();
      },
      (message) => this.bury(settings.arn, message),
    );
    this.queues.set(settings.arn, { settings, queue, mappings });
  }

  private stopPolling(): void {
    for (const { mappings } of this.queues.values()) for (const mapping of mappings.splice(0)) mapping.stop();
  }

  private map(source: EventSource): void {
    const deployed = this.queues.get(source.queueArn);
    if (deployed === undefined) return;
    const mapping = new EventSourceMapping(source, deployed.queue, this.lambda, this.limits, this.terminal);
    deployed.mappings.push(mapping);
    mapping.wake();
  }

  private bury(arn: string, message: Parameters<Queue["send"]>[0]): void {
    const target = this.queues.get(this.queues.get(arn)?.settings.redrive?.arn ?? "");
    this.terminal.line(
      `a message of group ${message.groupId} went to the dead-letter queue ${target?.settings.name ?? ""}`,
    );
    target?.queue.send(message);
  }

  private remove(arn: string): void {
    this.queues.get(arn)?.queue.stop();
    this.queues.delete(arn);
  }
}

function configure(deployed: Deployed, settings: QueueSettings): void {
  deployed.settings = settings;
  deployed.queue.configure(settings);
}
