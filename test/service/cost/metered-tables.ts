import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Tables } from "../../../local/dynamodb/tables";
import { readBody } from "../../../local/http";

/** One request to DynamoDB, as its price list sees it. */
export interface TableRequest {
  readonly operation: string;
  /** What the first key begins with, such as `CONN` or `ROOM`: see the table's keys. */
  readonly kind: string;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly hasFailedCondition: boolean;
}

const READS: ReadonlySet<string> = new Set(["GetItem", "Query", "BatchGetItem", "Scan"]);

/** Tells of each request that a function makes what it consumes. Returns what ends that. */
export function meter({ server }: Tables, tell: (request: TableRequest) => void): () => void {
  const [listener] = server.listeners("request") as RequestListener[];
  if (!listener) throw new Error("expected a server that handles requests");
  const metered: RequestListener = (request, response) =>
    isOfFunction(request) ? void measure(request, response) : listener(request, response);
  server.off("request", listener).on("request", metered);
  return () => void server.off("request", metered).on("request", listener);

  async function measure(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = JSON.parse(String(await readBody(request)));
    onEnd(response, (answer) => tell(consumed(operationOf(request), input, answer)));
    const body = JSON.stringify({ ...input, ReturnConsumedCapacity: "TOTAL" });
    const { method, url, headers } = request;
    // The tables read a request's method, URL, headers and body, and nothing else of it.
    const again = Object.assign(Readable.from([Buffer.from(body)]), { method, url, headers });
    listener?.(again as unknown as IncomingMessage, response as never);
  }
}

/** A developer's keys are none of a role. */
function isOfFunction({ headers }: IncomingMessage): boolean {
  return /Credential=ASIA/.test(String(headers.authorization));
}

function operationOf({ headers }: IncomingMessage): string {
  return String(headers["x-amz-target"]).split(".").at(-1) ?? "";
}

function onEnd(response: ServerResponse, look: (answer: unknown) => void): void {
  const end = response.end.bind(response);
  response.end = ((body: string | Buffer) => {
    look(JSON.parse(String(body)));
    return end(body);
  }) as ServerResponse["end"];
}

/**
 * What DynamoDB's rules add to what the tables answer: a read that finds nothing is a unit, and so is a write
 * whose condition does not hold, of an item below a kilobyte.
 */
export function consumed(operation: string, input: object, answer: unknown): TableRequest {
  const { ConsumedCapacity, __type: error } = answer as {
    readonly ConsumedCapacity?: Capacity | readonly Capacity[];
    readonly __type?: string;
  };
  const hasFailedCondition = error?.endsWith("#ConditionalCheckFailedException") ?? false;
  if (error !== undefined && !hasFailedCondition) throw new Error(`${operation}: ${error}`);
  const units = [ConsumedCapacity ?? []].flat().reduce((sum, one) => sum + one.CapacityUnits, 0);
  const isRead = READS.has(operation);
  return {
    operation,
    kind: kindOf(input),
    readUnits: isRead ? Math.max(units, 1) : 0,
    writeUnits: isRead ? 0 : Math.max(units, 1),
    hasFailedCondition,
  };
}

interface Capacity {
  readonly CapacityUnits: number;
}

/** The first partition key in a request; every one has a prefix. */
function kindOf(input: object): string {
  return /"(?:pk|:pk)":\{"S":"([A-Z]+)/.exec(JSON.stringify(input))?.[1] ?? "";
}
