import { added, type Calls, callsOf, type Operation, scaled } from "./calls";
import { MEMORY_GIGABYTES, PRICES } from "./prices";
import { roomEvent } from "./room-event";
import { lambdaMsOf, type Times } from "./times";

export interface Usage {
  /** Open at any time. */
  readonly connections: number;
  /** How long each stays. */
  readonly connectionMinutes: number;
  /** Events of all clients together. */
  readonly messagesPerSecond: number;
  /** Who gets each of them. */
  readonly roomSize: number;
}

export interface Variant {
  readonly pingSeconds: number;
  readonly hasRecovery: boolean;
  readonly isOrdered: boolean;
}

/** Dollars a month. */
export interface Bill {
  /** That the connections are there: connection minutes, pings, pongs, heartbeats. */
  readonly idle: number;
  /** That they come and go. */
  readonly connects: number;
  readonly events: number;
}

/** 730 hours. */
const MINUTES = 43_800;
const SECONDS = 60 * MINUTES;

/** Sent, received and deleted, each message alone. */
const QUEUE_REQUESTS = 3;

export function billOf(usage: Usage, variant: Variant, times: Times): Bill {
  const { connections, connectionMinutes, messagesPerSecond, roomSize } = usage;
  const counted = (operation: Operation) => callsOf(operation, variant.hasRecovery);
  const price = (calls: Calls, lambdaMs = lambdaMsOf(calls, times)) =>
    priceOf(calls, lambdaMs) + (variant.isOrdered ? queuePriceOf(calls) : 0);

  const pings = connections * (SECONDS / variant.pingSeconds);
  const ping = counted("ping");
  // The heartbeat writes and posts to a hundred at once: a hundredth of its time is next to nothing.
  const pongMs = lambdaMsOf({ ...ping, requests: ping.requests - 1, posts: 0 }, times);
  const run = added(counted("heartbeat"), scaled(counted("heartbeatOfThousand"), connections / 1_000));
  const visits = (connections * MINUTES) / connectionMinutes;
  const event = roomEvent(roomSize, variant.hasRecovery, times);
  return {
    idle:
      connections * MINUTES * PRICES.connectionMinute + pings * price(ping, pongMs) + MINUTES * price(run),
    connects: visits * price(added(counted("connect"), counted("drop"))),
    events: messagesPerSecond * SECONDS * price(event.calls, event.lambdaMs),
  };
}

/** What API Gateway takes for the same connections and messages, whatever is behind it. */
export function gatewayBillOf(usage: Usage, { pingSeconds }: Pick<Variant, "pingSeconds">): Bill {
  const { connections, messagesPerSecond, roomSize } = usage;
  const pings = connections * (SECONDS / pingSeconds);
  return {
    idle: connections * MINUTES * PRICES.connectionMinute + 2 * pings * PRICES.message,
    connects: 0,
    events: messagesPerSecond * SECONDS * (1 + roomSize) * PRICES.message,
  };
}

function priceOf(calls: Calls, lambdaMs: number): number {
  return (
    (calls.messagesUp + calls.posts) * PRICES.message +
    calls.invocations * PRICES.invocation +
    (lambdaMs / 1_000) * MEMORY_GIGABYTES * PRICES.gigabyteSecond +
    calls.readUnits * PRICES.readUnit +
    calls.writeUnits * PRICES.writeUnit
  );
}

function queuePriceOf({ messagesUp }: Calls): number {
  return messagesUp * QUEUE_REQUESTS * PRICES.queueRequest;
}
