import { Duration } from "aws-cdk-lib";
import type { MessageOrder, RoomcastProps } from "../lib";

/** A context value: always a string where it comes from `cdk -c key=value`. */
export type Context = (key: string) => unknown;

/**
 * What `cdk deploy -c key=value` says of the construct's props: durations in seconds, lists with commas. Whether
 * it makes sense the construct decides.
 *
 * @throws Error that names the key, what it must be and what was given
 */
export function settingsIn(context: Context): RoomcastProps {
  const read = <Value>(key: string, parse: (text: string, key: string) => Value): Value | undefined => {
    const value = context(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw expected("a string", key, value);
    return parse(value, key);
  };
  const jwksUrl = read("jwksUrl", text);
  const tokens = { issuer: read("jwtIssuer", list), audience: read("jwtAudience", list) };
  return {
    app: read("app", text),
    stageName: read("stageName", text),
    allowedOrigins: read("allowedOrigins", list),
    jwt: jwksUrl === undefined ? tokens : { ...tokens, jwksUrl },
    order: read("order", order),
    limits: read("limits", limits),
    pingInterval: read("pingInterval", seconds),
    pingTimeout: read("pingTimeout", seconds),
    connectTimeout: read("connectTimeout", seconds),
    recoveryWindow: read("recoveryWindow", seconds),
    recoveryOverlap: read("recoveryOverlap", seconds),
    listenerTimeout: read("listenerTimeout", seconds),
    maxPayloadBytes: read("maxPayload", number),
    maxRoomsPerSocket: read("maxRoomsPerSocket", number),
    handshakeHeaders: read("handshakeHeaders", list),
    deliveryRate: read("deliveryRate", number),
    throttle: read("throttle", throttle),
    memorySize: read("memorySize", number),
  };
}

const text = (value: string): string => value;
const list = (value: string): readonly string[] => value.split(",");
const seconds = (value: string, key: string): Duration =>
  Duration.millis(Math.round(number(value, key) * 1_000));

/** A claim: the construct refuses what is none. */
const order = (value: string) => value as MessageOrder;

function number(value: string, key: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw expected("a number", key, value);
  return Number(value);
}

/** `off`, or those that are not to be the default: `messagesPerSecond=20,socketsPerUser=off`. */
function limits(value: string): RoomcastProps["limits"] {
  if (value === "off") return false;
  return Object.fromEntries(
    pairs(value).map(([name, limit]) => [name, limit === "off" ? false : Number(limit)]),
  );
}

/** Both: `rateLimit=1000,burstLimit=500`. */
function throttle(value: string): RoomcastProps["throttle"] {
  const { rateLimit, burstLimit } = Object.fromEntries(pairs(value));
  return { rateLimit: Number(rateLimit), burstLimit: Number(burstLimit) };
}

function pairs(value: string): readonly (readonly [name: string, value: string | undefined])[] {
  return value.split(",").map((pair) => {
    const [name = "", given] = pair.split("=");
    return [name, given] as const;
  });
}

function expected(what: string, key: string, value: unknown): Error {
  return new Error(`Context ${key} must be ${what}, got ${JSON.stringify(value)}`);
}
