/** One event on its way to a function. */
export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** The `X-Amzn-Trace-Id` under which the function runs: it carries the chain of functions that led here. */
  readonly traceId: string;
}

export interface FunctionError {
  readonly errorType?: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/**
 * - `result`: the handler's answer, as JSON.
 * - `error`: the handler threw, timed out, or its process ended.
 * - `throttled`: the function's reserved concurrency is in use.
 */
export type Outcome =
  | { readonly type: "result"; readonly payload: string }
  | { readonly type: "error"; readonly error: FunctionError }
  | { readonly type: "throttled" };
