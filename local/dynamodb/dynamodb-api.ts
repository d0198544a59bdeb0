import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Caller, Callers } from "../callers";
import { readBody, reply } from "../http";
import { operationIn } from "../json-protocol";
import { arn } from "../template/account";
import type { Tables } from "./tables";

const TARGET = /^DynamoDB_20120810\.(\w+)$/;

/** Answers DynamoDB's API. `undefined` when the request is for something else. */
export function dynamodbApi(tables: Tables, callers: Callers) {
  return (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
    const operation = operationIn(request, TARGET);
    return operation === undefined ? undefined : handle(operation, request, response);
  };

  async function handle(
    operation: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request);
    const denial = refuse(callers.of(request), operation, body);
    if (denial === undefined) tables.server.emit("request", replay(request, body), response);
    else
      reply(
        response,
        400,
        JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message: denial }),
        { "content-type": "application/x-amz-json-1.0" },
      );
  }
}

/** An unsigned request is left to the tables' own answer. */
function refuse(caller: Caller | undefined, operation: string, body: Buffer): string | undefined {
  if (caller === undefined || caller.isDeveloper) return undefined;
  const resources = tableNames(body).map((name) => arn("dynamodb", `table/${name}`));
  const denied = actions(operation).flatMap((action) =>
    resources
      .filter((resource) => !caller.may(action, resource))
      .map((resource) => caller.denial(action, resource)),
  );
  return denied[0];
}

/** A transaction needs the permission of each of its parts; the rest are named as their operation. */
function actions(operation: string): readonly string[] {
  return TRANSACTION_ACTIONS[operation] ?? [`dynamodb:${operation}`];
}

const TRANSACTION_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  TransactGetItems: ["dynamodb:GetItem"],
  TransactWriteItems: ["dynamodb:PutItem"],
};

function tableNames(body: Buffer): readonly string[] {
  const input: unknown = JSON.parse(body.toString("utf8") || "{}");
  if (typeof input !== "object" || input === null) return [];
  const name: unknown = Reflect.get(input, "TableName");
  if (typeof name === "string") return [name.split(":table/").at(-1) ?? name];
  const requests: unknown = Reflect.get(input, "RequestItems");
  return typeof requests === "object" && requests !== null ? Object.keys(requests) : [];
}

/**
 * The request once more from its beginning, for a server that reads it itself. Not an `IncomingMessage`: that
 * one destroys its socket when it has been read.
 */
function replay({ method, url, headers }: IncomingMessage, body: Buffer): Readable {
  return Object.assign(Readable.from(body), { method, url, headers });
}
