/** What one operation asks of AWS. */
export interface Cost {
  /** Requests to DynamoDB by their operation. */
  readonly requests: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of the requests, those whose condition did not hold: they cost what others do. */
  readonly failedConditions: number;
  /** By function. */
  readonly invocations: Readonly<Record<string, number>>;
  readonly posts: number;
  /** Connections that we close. */
  readonly closes: number;
}

/** What one has more than the other. */
export function difference(one: Cost, other: Cost): Cost {
  return combined(one, other, (a, b) => a - b);
}

export function sumOf(one: Cost, other: Cost): Cost {
  return combined(one, other, (a, b) => a + b);
}

/** Of one of `count` that were done at once. */
export function share(cost: Cost, count: number): Cost {
  return combined(cost, cost, (a) => a / count);
}

function combined(one: Cost, other: Cost, combine: (a: number, b: number) => number): Cost {
  return {
    requests: combinedCounts(one.requests, other.requests, combine),
    readUnits: combine(one.readUnits, other.readUnits),
    writeUnits: combine(one.writeUnits, other.writeUnits),
    failedConditions: combine(one.failedConditions, other.failedConditions),
    invocations: combinedCounts(one.invocations, other.invocations, combine),
    posts: combine(one.posts, other.posts),
    closes: combine(one.closes, other.closes),
  };
}

type Counts = Readonly<Record<string, number>>;

function combinedCounts(one: Counts, other: Counts, combine: (a: number, b: number) => number): Counts {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  const entries = names.map((name) => [name, combine(one[name] ?? 0, other[name] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count !== 0));
}
