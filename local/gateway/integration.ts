import { setTimeout as delay } from "node:timers/promises";
import type { LambdaService } from "../lambda/service";
import type { Route } from "../template/model";
import type { Terminal } from "../terminal";

/**
 * - `answer`: the function returned a proxy response.
 * - `malformed`: it returned something else.
 * - `failed`: it threw, timed out, or its process ended.
 * - `throttled`, `refused` (no permission for the route), `late` (beyond the integration's timeout).
 */
export type Integrated =
  | { readonly type: "answer"; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly type: "malformed" | "failed" | "throttled" | "refused" | "late" };

type Headers = Readonly<Record<string, unknown>>;

/** Invokes the function behind a route, as an AWS_PROXY integration does. */
export async function integrate(
  lambda: LambdaService,
  terminal: Terminal,
  route: Route,
  event: unknown,
  requestId: string,
): Promise<Integrated> {
  const fn = lambda.find(route.functionArn);
  if (fn === undefined || !route.permitted) {
    terminal.line(`${route.key}: no permission of the template lets API Gateway invoke ${route.functionArn}`);
    return { type: "refused" };
  }
  const timer = new AbortController();
  const late = delay(route.timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
  const outcome = await Promise.race([lambda.invoke(fn, JSON.stringify(event), { requestId }), late]);
  timer.abort();
  if (outcome === undefined) return { type: "late" };
  if (outcome.type === "throttled") return { type: "throttled" };
  if (outcome.type === "error") return { type: "failed" };
  return proxyResponse(outcome.payload);
}

function proxyResponse(payload: string): Integrated {
  const response: unknown = JSON.parse(payload);
  if (typeof response !== "object" || response === null) return { type: "malformed" };
  const status = Number(Reflect.get(response, "statusCode"));
  if (!Number.isInteger(status) || status < 100 || status > 599) return { type: "malformed" };
  const headers: unknown = Reflect.get(response, "headers");
  const body: unknown = Reflect.get(response, "body");
  return {
    type: "answer",
    status,
    headers: typeof headers === "object" && headers !== null ? (headers as Headers) : {},
    body: typeof body === "string" ? body : "",
  };
}
