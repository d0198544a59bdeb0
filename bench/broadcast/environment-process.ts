import { setTimeout as pause } from "node:timers/promises";
import * as v from "valibot";
import { createDocumentClient } from "../../lambdas/aws/dynamodb/client";
import { createGateway } from "../../lambdas/aws/gateway";
import { KeepAlive } from "../../lambdas/aws/keep-alive";
import { work } from "../../lambdas/core/delivery/fan-out/worker";
import { deliverEvent } from "../../lambdas/core/internal-events";
import type { Gateway, PostOutcome } from "../../lambdas/core/ports";
import { push } from "../../lambdas/core/push/push";
import type { OperationServices } from "../../lambdas/core/services";
import type { EnvironmentProps, Invocation, Invoked } from "./environment";
import { RemoteCalls } from "./remote-calls";
import { indexOf, Room } from "./room";

/** As `deliver` is deployed. */
const TIMEOUT_MS = 900_000;

/**
 * An environment of Lambda: runs `push` and `deliver`, one event after the other, as their entries do, with the
 * poster that they post with. Only what DynamoDB and Lambda answer comes from the parent.
 */
const remote = new RemoteCalls();
const keepAlive = new KeepAlive();
const clock = { now: () => Date.now(), pause: (ms: number) => pause(ms) };
let room = new Room(0);
let outcomes = new Map<number, PostOutcome>();
let begun = new Map<number, number>();
let logged: Record<string, number> = {};

/** `maxRSS` would begin with the parent's. */
let mostBytes = 0;
setInterval(lookAtMemory, 50).unref();

// Asked nothing here; a worker has it in memory.
createDocumentClient(keepAlive);

const props: EnvironmentProps = JSON.parse(process.argv[2] ?? "");
const services = servicesFor(props);
remote.onOrder((order) => invoke(order as Invocation));

async function invoke({ name, event, connections }: Invocation): Promise<Invoked> {
  if (connections !== undefined) room = new Room(connections);
  outcomes = new Map();
  begun = new Map();
  logged = {};
  const result = await keepAlive.during(async () => {
    if (name === "push") return push(services, event);
    return work(services, v.parse(deliverEvent, event), Date.now() + TIMEOUT_MS);
  });
  lookAtMemory();
  return { result, outcomes: [...outcomes], begun: [...begun], logged, megabytes: mostBytes / 2 ** 20 };
}

function lookAtMemory(): void {
  mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
}

function servicesFor({ callbackUrl, queryMs, postsPerSecond }: EnvironmentProps): OperationServices {
  const note = (message: string) => {
    logged[message] = (logged[message] ?? 0) + 1;
  };
  const log = { warn: note, error: note };
  return {
    gateway: noting(createGateway({ callbackUrl, keepAlive, clock, log })),
    memberships: {
      members: async (_namespace, _room, range) => {
        await pause(queryMs);
        return room.page(range);
      },
      present: unexpected,
      join: unexpected,
      leave: unexpected,
      leaveAll: unexpected,
    },
    deliveries: remote.port("deliveries", ["keep", "content", "claim", "advance", "progress"]),
    invoker: remote.port("invoker", ["deliver", "disconnect"]),
    turns: { take: unexpected, release: unexpected, takenUntil: unexpected },
    connections: { load: unexpected, close: unexpected },
    sockets: { close: unexpected },
    fanOut: { postsPerSecond, maxInlinePosts: 1_000 },
    clock,
    log,
  };
}

/** Remembers when each post began, and whose was not `sent`. */
function noting(gateway: Gateway): Gateway {
  return {
    ...gateway,
    post: async (recipient, frame, options) => {
      const now = Date.now();
      begun.set(now, (begun.get(now) ?? 0) + 1);
      const outcome = await gateway.post(recipient, frame, options);
      const index = indexOf(recipient.connectionId);
      if (outcome === "sent") outcomes.delete(index);
      else outcomes.set(index, outcome);
      return outcome;
    },
  };
}

function unexpected(): Promise<never> {
  return Promise.reject(new Error("expected a broadcast to one room and nothing else"));
}
