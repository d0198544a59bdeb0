import { ENV } from "../lambdas/aws/env";

/** Limits against abuse. Each can be turned off with `false`; `docs/limits-and-cost.md` says how exact they are. */
export interface RoomcastLimits {
  /**
   * Messages a second of one connection, from 10 to 100000, on an average of ten seconds or more. What is beyond is
   * refused; at twice as many the connection is closed.
   *
   * @default 100
   */
  readonly messagesPerSecond?: number | false;
  /**
   * Messages a second of all connections of one user together, from 10 to 1000000.
   *
   * @default 300
   */
  readonly userMessagesPerSecond?: number | false;
  /**
   * Sockets of one user in one namespace, from 1 to 1000. Each CONNECT of a user reads as many memberships.
   *
   * @default 100
   */
  readonly socketsPerUser?: number | false;
  /**
   * The longest name of an event that a client may send, from 1 to 32768 bytes.
   *
   * @default 512
   */
  readonly eventNameBytes?: number | false;
  /**
   * New connections from one address in a minute, from 1 to 1000000; of IPv6 from one /64. Behind a proxy
   * such as CloudFront all clients have the proxy's addresses: turn it off there.
   *
   * @default 2000
   */
  readonly connectionsPerAddress?: number | false;
  /**
   * How many of the connections that came from one address in the same minute may be without a socket, because
   * nothing has authenticated them yet; from 1 to 1000000. Behind a proxy turn it off.
   *
   * @default 1000
   */
  readonly unauthenticatedPerAddress?: number | false;
}

type LimitName = keyof RoomcastLimits;

interface LimitRange {
  readonly byDefault: number;
  readonly least: number;
  readonly most: number;
}

export const LIMIT_RANGES: Readonly<Record<LimitName, LimitRange>> = {
  messagesPerSecond: { byDefault: 100, least: 10, most: 100_000 },
  userMessagesPerSecond: { byDefault: 300, least: 10, most: 1_000_000 },
  socketsPerUser: { byDefault: 100, least: 1, most: 1_000 },
  eventNameBytes: { byDefault: 512, least: 1, most: 32_768 },
  connectionsPerAddress: { byDefault: 2_000, least: 1, most: 1_000_000 },
  unauthenticatedPerAddress: { byDefault: 1_000, least: 1, most: 1_000_000 },
};

// The keys of a Record are its names.
export const LIMIT_NAMES = Object.keys(LIMIT_RANGES) as readonly LimitName[];

/** For functions that let clients in or hear what they send: the limits that are on. */
export function limitVariables(limits: RoomcastLimits | false): Readonly<Record<string, string>> {
  if (limits === false) return {};
  const on = LIMIT_NAMES.flatMap((name) => {
    const limit = limits[name] ?? LIMIT_RANGES[name].byDefault;
    return limit === false ? [] : [[name, limit] as const];
  });
  return { [ENV.limits]: JSON.stringify(Object.fromEntries(on)) };
}
