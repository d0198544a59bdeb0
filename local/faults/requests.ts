import type { IncomingMessage, ServerResponse } from "node:http";
import type { Service } from "../front";
import type { Call } from "./environment-calls";
import type { Faults } from "./faults";
import type { Place } from "./points";
import { EFFECTS } from "./request-effects";
import { instead } from "./swallowed-answer";

type RequestPlace = Extract<Place, "post" | "dynamodb" | "invoke">;

/** What a request asks for, as far as faults tell requests apart. */
interface Asked {
  readonly operation: string;
  /** Absent of a service that has no faults of its own. */
  readonly place?: RequestPlace;
}

/**
 * The same services, with faults before them. Only what functions ask for is struck: a developer's own
 * requests, and those of a test that looks at what became of it all, are as good as ever.
 */
export function withFaults(
  services: readonly Service[],
  faults: Faults,
  isConnected: (connectionId: string) => boolean,
): readonly Service[] {
  return [strikeFirst, ...services];

  function strikeFirst(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> | undefined {
    const asked = askedOf(request, path);
    const call = asked && faults.calls.count(request, asked.operation);
    if (asked === undefined || call === undefined || !faults.isPlanned) return undefined;
    if (kill(request, response, asked, call)) return Promise.resolve();
    const strike = asked.place && faults.strike(asked.place, passer(asked, call));
    if (strike === undefined) return undefined;
    return EFFECTS[strike.name]({
      request,
      response,
      ms: strike.ms,
      isConnected: () => isConnected(connectionOf(path)),
      pass: () => dispatch(request, response, path),
    });
  }

  /** Answers whether the request has died with its process, before it was processed. */
  function kill(request: IncomingMessage, response: ServerResponse, asked: Asked, call: Call): boolean {
    const strike = faults.strike("call", passer(asked, call));
    if (strike?.name === "lambda.kill-after") instead(response, () => call.victim.end());
    if (strike?.name !== "lambda.kill") return false;
    call.victim.end();
    request.destroy();
    return true;
  }

  async function dispatch(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    for (const service of services) {
      const taken = service(request, response, path);
      if (taken !== undefined) return taken;
    }
  }
}

function passer({ operation }: Asked, { function: name, call, write }: Call) {
  return { operation, function: name, call, write };
}

const TARGET = /^(?<service>\w+?)(_\d+)?\.(?<operation>\w+)$/;
const CONNECTION = /^\/[^/]+\/@connections\/(?<id>[^/]+)$/;
const CONNECTION_OPERATIONS: Readonly<Record<string, Asked>> = {
  POST: { operation: "PostToConnection", place: "post" },
  GET: { operation: "GetConnection" },
  DELETE: { operation: "DeleteConnection" },
};

function askedOf(request: IncomingMessage, path: string): Asked | undefined {
  const { service, operation } = TARGET.exec(String(request.headers["x-amz-target"] ?? ""))?.groups ?? {};
  if (operation !== undefined)
    return { operation, place: service?.startsWith("DynamoDB") ? "dynamodb" : undefined };
  if (CONNECTION.test(path)) return CONNECTION_OPERATIONS[request.method ?? ""];
  return path.startsWith("/2015-03-31/functions/") ? { operation: "Invoke", place: "invoke" } : undefined;
}

function connectionOf(path: string): string {
  return decodeURIComponent(CONNECTION.exec(path)?.groups?.id ?? "");
}
