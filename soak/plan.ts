import type { FaultPlan } from "../local/faults/plan";

/**
 * All that local AWS can do wrong, together, but
 * - `post.lost`: a post that was accepted and never arrives, on a connection that goes on, is seen by nobody.
 *   What is posted to a client that is gone without the gateway's knowing is lost in the same way, and
 *   `drop.half-open` sees to that;
 * - `dynamodb.conditional`: a condition that holds does not fail in DynamoDB. It does when a write is repeated
 *   whose answer was lost, and `dynamodb.500-after` and `dynamodb.reset-after` see to that.
 */
export const EVERYTHING: FaultPlan = {
  // Most have their client cut, which takes a recovery, and a function waits for what is late.
  "post.410": 0.0002,
  "post.429": 0.01,
  "post.500": 0.0003,
  "post.500-after": 0.0003,
  "post.late": { probability: 0.001, ms: 500 },
  "post.reset-before": 0.0003,
  "post.reset-after": 0.0003,

  "dynamodb.throughput": 0.003,
  "dynamodb.throttling": 0.003,
  "dynamodb.500": 0.003,
  "dynamodb.500-after": 0.003,
  "dynamodb.late": { probability: 0.003, ms: 500 },
  "dynamodb.reset-before": 0.002,
  "dynamodb.reset-after": 0.002,

  "invoke.429": 0.01,
  "invoke.500": 0.01,
  "invoke.500-after": 0.01,

  // Of each call; whose messages a function had then, waits for half a minute.
  "lambda.kill": 0.0001,
  "lambda.kill-after": 0.0001,
  "lambda.twice": 0.05,
  "lambda.late": { probability: 0.02, ms: 1_500 },

  "message.late": { probability: 0.05, ms: 300 },
  "disconnect.never": 0.1,
  "disconnect.late": { probability: 0.1, ms: 2_000 },
  "drop.half-open": 0.3,
};
