import type { FaultPlan } from "../local/faults/plan";

/**
 * All that local AWS can do wrong, together, but `post.lost`: a post that was accepted and never arrives, on
 * a connection that goes on, is seen by nobody. What is posted to a client that is gone without the
 * gateway's knowing is lost in the same way, and `drop.half-open` sees to that.
 */
export const EVERYTHING: FaultPlan = {
  "post.410": 0.0005,
  "post.429": 0.01,
  "post.500": 0.001,
  "post.500-after": 0.001,
  "post.late": { probability: 0.002, ms: 500 },
  "post.reset-before": 0.001,
  "post.reset-after": 0.001,

  "dynamodb.throughput": 0.003,
  "dynamodb.throttling": 0.003,
  "dynamodb.conditional": 0.001,
  "dynamodb.500": 0.003,
  "dynamodb.500-after": 0.003,
  "dynamodb.late": { probability: 0.003, ms: 500 },
  "dynamodb.reset-before": 0.002,
  "dynamodb.reset-after": 0.002,

  "invoke.429": 0.01,
  "invoke.500": 0.01,
  "invoke.500-after": 0.01,

  "lambda.kill": 0.0005,
  "lambda.kill-after": 0.0005,
  "lambda.twice": 0.05,
  "lambda.late": { probability: 0.02, ms: 1_500 },

  "message.late": { probability: 0.05, ms: 300 },
  "disconnect.never": 0.1,
  "disconnect.late": { probability: 0.1, ms: 2_000 },
  "drop.half-open": 0.3,
};
