import { costs, costsWithoutRecovery } from "../../docs/cost.json";

export type Operation = keyof typeof costs;

const NAMES = ["messagesUp", "posts", "invocations", "requests", "readUnits", "writeUnits"] as const;

/**
 * What something asks of AWS, on average. `messagesUp`: of clients, each a `message` invocation; `requests`: to
 * DynamoDB.
 */
export type Calls = Readonly<Record<(typeof NAMES)[number], number>>;

type Counts = Readonly<Record<string, number>>;

/** As the table in `docs/limits-and-cost.md` has them: a test counts them. */
export function callsOf(operation: Operation, hasRecovery: boolean): Calls {
  const cost = (hasRecovery ? costs : costsWithoutRecovery)[operation];
  const { readUnits, writeUnits, posts } = cost;
  const invocations: Counts = cost.invocations;
  const requests: Counts = cost.requests;
  return {
    messagesUp: invocations.message ?? 0,
    posts,
    invocations: sum(Object.values(invocations)),
    requests: sum(Object.values(requests)),
    readUnits,
    writeUnits,
  };
}

export function added(...all: readonly Calls[]): Calls {
  return each((name) => sum(all.map((calls) => calls[name])));
}

export function scaled(calls: Calls, factor: number): Calls {
  return each((name) => factor * calls[name]);
}

/** What one has more than the other. */
export function minus(one: Calls, other: Calls): Calls {
  return each((name) => one[name] - other[name]);
}

function each(value: (name: keyof Calls) => number): Calls {
  // All of the names are there.
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Calls;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
