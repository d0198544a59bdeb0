import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { reply } from "../http";
import type { RequestFault } from "./points";
import { instead } from "./swallowed-answer";

export interface StruckRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ms: number;
  /** Whether the connection that is posted to is there. */
  readonly isConnected: () => boolean;
  /** Has the request processed as ever. */
  readonly pass: () => Promise<void>;
}

type Effect = (struck: StruckRequest) => Promise<void>;

type Answer = (response: ServerResponse) => void;

/** What each fault does to a request. */
export const EFFECTS: Readonly<Record<RequestFault, Effect>> = {
  "post.410": refuse(restError(410, "GoneException")),
  "post.429": refuse(restError(429, "LimitExceededException", "Rate exceeded")),
  "post.500": refuse(restError(500, "InternalServerException", "Internal server error")),
  "post.500-after": answerAfter(restError(500, "InternalServerException", "Internal server error")),
  "post.late": late,
  "post.lost": lose,
  "post.reset-before": resetBefore,
  "post.reset-after": resetAfter,
  "dynamodb.throughput": refuse(
    tableError(
      400,
      "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
      "The level of configured provisioned throughput for the table was exceeded",
    ),
  ),
  "dynamodb.throttling": refuse(
    tableError(
      400,
      "com.amazon.coral.availability#ThrottlingException",
      "Rate of requests exceeds the limit",
    ),
  ),
  "dynamodb.conditional": failCondition,
  "dynamodb.500": refuse(serverError()),
  "dynamodb.500-after": answerAfter(serverError()),
  "dynamodb.late": late,
  "dynamodb.reset-before": resetBefore,
  "dynamodb.reset-after": resetAfter,
  "invoke.429": refuse(restError(429, "TooManyRequestsException", "Rate Exceeded.")),
  "invoke.500": refuse(
    restError(500, "ServiceException", "An error occurred and the request cannot be processed"),
  ),
  "invoke.500-after": answerAfter(
    restError(500, "ServiceException", "An error occurred and the request cannot be processed"),
  ),
};

function refuse(answer: Answer): Effect {
  return async ({ request, response }) => {
    // Read to its end, so that the HTTP connection can be used again.
    request.resume();
    answer(response);
  };
}

function answerAfter(answer: Answer): Effect {
  return ({ response, pass }) => {
    instead(response, () => answer(response));
    return pass();
  };
}

async function late({ ms, pass }: StruckRequest): Promise<void> {
  await delay(ms, undefined, { ref: false });
  await pass();
}

/** To a connection that is gone, a post is what it always is. */
async function lose({ request, response, isConnected, pass }: StruckRequest): Promise<void> {
  if (!isConnected()) return pass();
  request.resume();
  reply(response, 200);
}

async function resetBefore({ request }: StruckRequest): Promise<void> {
  reset(request.socket);
}

function resetAfter({ request, response, pass }: StruckRequest): Promise<void> {
  instead(response, () => reset(request.socket));
  return pass();
}

/** The service writes single items under conditions only; what has none cannot fail by one. */
async function failCondition(struck: StruckRequest): Promise<void> {
  if (!/\.(Put|Update|Delete)Item$/.test(String(struck.request.headers["x-amz-target"])))
    return struck.pass();
  const type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
  await refuse(tableError(400, type, "The conditional request failed"))(struck);
}

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

function restError(status: number, type: string, message?: string): Answer {
  const body = message === undefined ? "" : JSON.stringify({ message });
  return (response) => reply(response, status, body, { "x-amzn-errortype": type });
}

function tableError(status: number, type: string, message: string): Answer {
  const body = JSON.stringify({ __type: type, message });
  return (response) => reply(response, status, body, { "content-type": "application/x-amz-json-1.0" });
}

function serverError(): Answer {
  return tableError(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error");
}
