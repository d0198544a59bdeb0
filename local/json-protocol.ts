import type { IncomingMessage } from "node:http";
import type { Service } from "./front";
import { readBody, reply } from "./http";

/** AWS's JSON protocol, as a service speaks it. */
export interface JsonProtocol {
  /** Of the header `x-amz-target`; its group is the operation. */
  readonly target: RegExp;
  readonly version: "1.0" | "1.1";
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `Input` is the service's own shape, of which anything may be missing. */
export function jsonService<Input>(
  { target, version }: JsonProtocol,
  answer: (operation: string, input: Input, request: IncomingMessage) => Answer,
): Service {
  return (request, response) => {
    const operation = operationIn(request, target);
    if (operation === undefined) return undefined;
    return readBody(request).then((bytes) => {
      // SDKs send what the operation takes.
      const input = JSON.parse(bytes.toString("utf8") || "{}") as Input;
      const { status, body } = answer(operation, input, request);
      reply(response, status, JSON.stringify(body), { "content-type": `application/x-amz-json-${version}` });
    });
  };
}

/** `undefined` when the request is for something else. */
export function operationIn({ headers }: IncomingMessage, target: RegExp): string | undefined {
  return target.exec(String(headers["x-amz-target"] ?? ""))?.[1];
}
