import { MAX_CONCURRENT_POSTS } from "../../lambdas/core/delivery/posting";
import type { Calls } from "./calls";

/** Where the time of a Lambda goes, in milliseconds. */
export interface Times {
  /** Of an invocation, without what it waits for. */
  readonly invocationMs: number;
  /** Of a request to DynamoDB. */
  readonly requestMs: number;
  readonly postMs: number;
}

/** As if nothing but posts went on side by side: somewhat more than it is. */
export function lambdaMsOf({ invocations, requests, posts }: Calls, times: Times): number {
  const rounds = Math.ceil(posts / MAX_CONCURRENT_POSTS);
  return invocations * times.invocationMs + requests * times.requestMs + rounds * times.postMs;
}
