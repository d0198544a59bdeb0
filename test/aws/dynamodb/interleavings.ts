import { setImmediate as nextTurn } from "node:timers/promises";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

type Send = (...parameters: unknown[]) => Promise<unknown>;

/** One concurrent invocation: it does all of its requests through the client that it is given. */
export type Actor = (client: DynamoDBDocumentClient) => Promise<unknown>;

export interface Scenario {
  readonly actors: readonly Actor[];
  /** Looks at what the actors answered and left behind. */
  check(answers: readonly unknown[]): Promise<void>;
}

/**
 * How often an actor that could go on is interrupted by another. Two put one invocation into another's
 * middle at any two places; all orders there are would take minutes and find races within races only.
 */
const MAX_INTERRUPTIONS = 2;

/**
 * Runs the scenario once in every order in which its actors' requests can reach the database, with at most so many
 * interruptions. Requests that an actor sends at once stay together. Answers the number of orders.
 */
export async function everyInterleaving(
  client: DynamoDBDocumentClient,
  prepare: () => Promise<Scenario>,
  maxInterruptions = MAX_INTERRUPTIONS,
): Promise<number> {
  const orders: number[][] = [[]];
  let runs = 0;
  for (let order = orders.pop(); order; order = orders.pop()) {
    const scenario = await prepare();
    const { steps, answers } = await run(client, scenario.actors, { order, maxInterruptions });
    try {
      await scenario.check(answers);
    } catch (error) {
      throw new Error(`in the order ${steps.map(({ actor }) => actor).join("")}`, { cause: error });
    }
    runs++;
    orders.push(...alternatives(steps, order.length));
  }
  return runs;
}

interface Step {
  readonly actor: number;
  readonly others: readonly number[];
}

/** Follows `order`, then always goes on with the same actor while it can. */
async function run(
  client: DynamoDBDocumentClient,
  actors: readonly Actor[],
  { order, maxInterruptions }: { readonly order: readonly number[]; readonly maxInterruptions: number },
): Promise<{ steps: readonly Step[]; answers: readonly unknown[] }> {
  const gates = actors.map((actor) => new Gate(client, actor));
  const steps: Step[] = [];
  let interruptions = 0;
  let last = -1;
  for (;;) {
    await Promise.all(gates.map((gate) => gate.settled()));
    const able = [...gates.keys()].filter((index) => gates[index]?.isWaiting);
    const [first] = able;
    if (first === undefined) return { steps, answers: await Promise.all(gates.map(({ answer }) => answer)) };
    const mayInterrupt = !able.includes(last) || interruptions < maxInterruptions;
    const actor = order[steps.length] ?? (able.includes(last) ? last : first);
    steps.push({ actor, others: mayInterrupt ? able.filter((index) => index !== actor) : [] });
    if (actor !== last && able.includes(last)) interruptions++;
    last = actor;
    await gates[actor]?.pass();
  }
}

function alternatives(steps: readonly Step[], decided: number): number[][] {
  const taken = steps.map(({ actor }) => actor);
  return steps.flatMap(({ others }, index) =>
    index < decided ? [] : others.map((other) => [...taken.slice(0, index), other]),
  );
}

/** Holds an actor's requests back until they are let through. */
class Gate {
  readonly answer: Promise<unknown>;
  private waiting: (() => Promise<unknown>)[] = [];
  private isDone = false;

  constructor(client: DynamoDBDocumentClient, actor: Actor) {
    const gated = intercept(
      client,
      (send) =>
        new Promise((resolve, reject) => {
          this.waiting.push(() => send().then(resolve, reject));
        }),
    );
    this.answer = actor(gated).finally(() => {
      this.isDone = true;
    });
    this.answer.catch(() => undefined); // Reported by the run, which awaits it last.
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Until the actor has sent what it sends at once, or is done. */
  async settled(): Promise<void> {
    do await nextTurn();
    while (!this.isDone && !this.isWaiting);
  }

  async pass(): Promise<void> {
    const requests = this.waiting;
    this.waiting = [];
    await Promise.all(requests.map((request) => request()));
  }
}

/** The client with every request handed to `around`, which sends it or does not. */
export function intercept(
  client: DynamoDBDocumentClient,
  around: (send: () => Promise<unknown>, commandName: string, command: object) => Promise<unknown>,
): DynamoDBDocumentClient {
  const send: Send = client.send.bind(client) as Send; // `send` is overloaded; it is only passed on here.
  return Object.create(client, {
    send: {
      value: (...parameters: [object, ...unknown[]]) =>
        around(() => send(...parameters), parameters[0].constructor.name, parameters[0]),
    },
  });
}
