/**
 * Where something can go wrong: local AWS asks at each of these places whether it does.
 * - `post`, `dynamodb`, `invoke`: a request of a function, by its service.
 * - `call`: any request of a function to any service.
 * - `event`: an asynchronous event for a function; `start`: a new environment of one.
 * - `message`, `disconnect`: the gateway is about to invoke `$default`, `$disconnect`.
 * - `drop`: a client's connection has ended without the gateway's doing.
 */
export type Place =
  | "post"
  | "dynamodb"
  | "invoke"
  | "call"
  | "event"
  | "start"
  | "message"
  | "disconnect"
  | "drop";

interface Point {
  readonly at: Place;
  /** For people who choose from a list. */
  readonly what: string;
  /** Where it is about time: how long, unless the plan says otherwise. */
  readonly ms?: number;
}

/** Everything that local AWS can do wrong. "Before" and "after" are about the processing of the request. */
export const POINTS = {
  "post.410": { at: "post", what: "answered 410, not delivered" },
  "post.429": { at: "post", what: "answered 429, not delivered" },
  "post.500": { at: "post", what: "answered 500, not delivered" },
  "post.500-after": { at: "post", what: "delivered, and answered 500" },
  "post.late": { at: "post", what: "delivered and answered late", ms: 1_000 },
  "post.lost": { at: "post", what: "answered 200, never delivered" },
  "post.reset-before": { at: "post", what: "HTTP connection reset, not delivered" },
  "post.reset-after": { at: "post", what: "delivered, then HTTP connection reset" },

  "dynamodb.throughput": { at: "dynamodb", what: "ProvisionedThroughputExceededException" },
  "dynamodb.throttling": { at: "dynamodb", what: "ThrottlingException" },
  "dynamodb.conditional": { at: "dynamodb", what: "a single write fails as if by its condition" },
  "dynamodb.500": { at: "dynamodb", what: "answered 500, not done" },
  "dynamodb.500-after": { at: "dynamodb", what: "done, and answered 500" },
  "dynamodb.late": { at: "dynamodb", what: "done and answered late", ms: 1_000 },
  "dynamodb.reset-before": { at: "dynamodb", what: "HTTP connection reset, not done" },
  "dynamodb.reset-after": { at: "dynamodb", what: "done, then HTTP connection reset" },

  "invoke.429": { at: "invoke", what: "Invoke answered 429, not accepted" },
  "invoke.500": { at: "invoke", what: "Invoke answered 500, not accepted" },
  "invoke.500-after": { at: "invoke", what: "Invoke accepted, and answered 500" },

  "lambda.kill": { at: "call", what: "a function's process killed before one of its AWS calls" },
  "lambda.kill-after": { at: "call", what: "… when the call is done, before its answer" },
  "lambda.twice": { at: "event", what: "an asynchronous event delivered twice" },
  "lambda.late": { at: "event", what: "an asynchronous event delivered late", ms: 5_000 },
  "lambda.clock-ahead": { at: "start", what: "a process whose clock is ahead", ms: 1_000 },

  "message.late": { at: "message", what: "a client's message held back: later ones overtake it", ms: 300 },
  "disconnect.never": { at: "disconnect", what: "$disconnect not invoked" },
  "disconnect.late": { at: "disconnect", what: "$disconnect invoked late", ms: 5_000 },
  "drop.half-open": { at: "drop", what: "the client is gone, the gateway does not notice, posts get 200" },
} as const satisfies Readonly<Record<string, Point>>;

export type FaultName = keyof typeof POINTS;

/** Of the names for which something happens to a request, those of one service. */
export type RequestFault = Extract<FaultName, `${"post" | "dynamodb" | "invoke"}.${string}`>;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(POINTS, name);
}

/** `undefined` where the fault is not about time. */
export function defaultMs(name: FaultName): number | undefined {
  const point: Point = POINTS[name];
  return point.ms;
}

export function faultList(): string {
  const width = Math.max(...Object.keys(POINTS).map((name) => name.length));
  const line = ([name, { what, ms }]: readonly [string, Point]) =>
    `  ${name.padEnd(width)}  ${what}${ms === undefined ? "" : ` (ms=${ms})`}`;
  return Object.entries(POINTS).map(line).join("\n");
}
