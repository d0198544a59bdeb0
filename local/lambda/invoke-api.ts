import type { IncomingMessage, ServerResponse } from "node:http";
import type { Callers } from "../callers";
import { readBody, reply } from "../http";
import type { Limits } from "../limits";
import { arn } from "../template/account";
import type { LambdaFunction } from "../template/model";
import type { Outcome } from "./invocation";
import type { LambdaService } from "./service";

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Answers Lambda's Invoke API. `undefined` when the request is for something else. */
export function invokeApi(lambda: LambdaService, callers: Callers, limits: Limits) {
  return (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> | undefined => {
    const name = PATH.exec(path)?.[1];
    if (name === undefined || request.method !== "POST") return undefined;
    return handle(decodeURIComponent(name), request, response);
  };

  async function handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = String(request.headers["x-amz-invocation-type"] ?? "RequestResponse");
    const payload = (await readBody(request)).toString("utf8") || "{}";
    const fn = lambda.find(name);
    const refusal = refuse(name, fn, request, payload, type);
    if (refusal !== undefined || fn === undefined) return fail(response, refusal ?? notFound(name));
    const traceId = request.headers["x-amzn-trace-id"]?.toString();
    if (type === "DryRun") return reply(response, 204);
    if (type === "Event") {
      if (lambda.isLoop(fn, traceId)) lambda.reportLoop(fn);
      else lambda.invokeAsync(fn, payload, { traceId });
      return reply(response, 202, "", { "x-amz-executed-version": "$LATEST" });
    }
    if (lambda.isLoop(fn, traceId)) {
      lambda.reportLoop(fn);
      return fail(response, [400, "RecursiveInvocationException", "Recursive Invocation detected"]);
    }
    answer(response, await lambda.invoke(fn, payload, { traceId }));
  }

  function refuse(
    name: string,
    fn: LambdaFunction | undefined,
    request: IncomingMessage,
    payload: string,
    type: string,
  ): Refusal | undefined {
    const caller = callers.of(request);
    if (caller === undefined)
      return [403, "MissingAuthenticationTokenException", "Missing Authentication Token"];
    const resource = fn?.arn ?? arn("lambda", `function:${name}`);
    if (!caller.may("lambda:InvokeFunction", resource))
      return [403, "AccessDeniedException", caller.denial("lambda:InvokeFunction", resource)];
    if (fn === undefined) return notFound(name);
    const limit = type === "Event" ? limits.asyncPayloadBytes : limits.syncPayloadBytes;
    const size = Buffer.byteLength(payload);
    if (size > limit)
      return [
        413,
        "RequestEntityTooLargeException",
        `${size} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`,
      ];
    return isJson(payload)
      ? undefined
      : [400, "InvalidRequestContentException", "Could not parse request body into json"];
  }
}

type Refusal = readonly [status: number, type: string, message: string];

function notFound(name: string): Refusal {
  return [404, "ResourceNotFoundException", `Function not found: ${name}`];
}

function fail(response: ServerResponse, [status, type, Message]: Refusal): void {
  reply(response, status, JSON.stringify({ Type: "User", Message, message: Message }), {
    "x-amzn-errortype": type,
  });
}

function answer(response: ServerResponse, outcome: Outcome): void {
  const headers = { "x-amz-executed-version": "$LATEST" };
  if (outcome.type === "throttled") fail(response, [429, "TooManyRequestsException", "Rate Exceeded."]);
  else if (outcome.type === "result") reply(response, 200, outcome.payload, headers);
  else
    reply(response, 200, JSON.stringify(outcome.error), { ...headers, "x-amz-function-error": "Unhandled" });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
