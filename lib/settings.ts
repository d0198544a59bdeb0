import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Duration, RemovalPolicy, Token } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { LIMIT_NAMES, LIMIT_RANGES } from "./limits";
import type { MessageOrder, RoomcastProps } from "./roomcast-props";

/** The props with their defaults, checked. */
export type Settings = Required<RoomcastProps>;

/** @throws Error that names the prop, what it must be and what was given. */
export function settingsOf(props: RoomcastProps): Settings {
  const settings: Settings = { ...DEFAULTS, ...given(props) };
  for (const rule of RULES) rule(settings);
  return { ...settings, app: resolve(settings.app), handshakeHeaders: lowerCase(settings.handshakeHeaders) };
}

const DEFAULTS: Settings = {
  app: join(__dirname, "..", "app", "index.ts"),
  stageName: "prod",
  allowedOrigins: ["*"],
  jwt: {},
  pingInterval: Duration.minutes(8),
  pingTimeout: Duration.seconds(120),
  connectTimeout: Duration.seconds(45),
  recoveryWindow: Duration.minutes(2),
  recoveryOverlap: Duration.seconds(0),
  maxPayloadBytes: 32_768,
  listenerTimeout: Duration.seconds(25),
  order: "none",
  maxRoomsPerSocket: 100,
  limits: {},
  handshakeHeaders: ["accept-language", "host", "origin", "user-agent"],
  throttle: { rateLimit: 10_000, burstLimit: 5_000 },
  deliveryRate: 7_000,
  logRetention: RetentionDays.ONE_MONTH,
  memorySize: 1024,
  removalPolicy: RemovalPolicy.DESTROY,
  cloudWatchRole: true,
};

/** A prop that is `undefined` has its default, as everywhere in CDK. */
function given(props: RoomcastProps): RoomcastProps {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
}

const lowerCase = (names: readonly string[]) => names.map((name) => name.toLowerCase());

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#*A-Z]+$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const ORDERS: readonly MessageOrder[] = ["none", "per-connection"];

/** By the kind of key, as `jwt()` has them: mixed up, a public key would do as a shared secret. */
const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];
const JWKS_ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

const RULES: readonly ((settings: Settings) => void)[] = [
  ({ app }) => demand(existsSync(app), "app", "the path of an existing module", app),
  ({ stageName }) =>
    demand(
      Token.isUnresolved(stageName) || /^[A-Za-z0-9_-]{1,128}$/.test(stageName),
      "stageName",
      "1 to 128 letters, digits, _ and -",
      stageName,
    ),
  ({ allowedOrigins }) => {
    for (const origin of allowedOrigins) {
      const isOrigin = origin === "*" || Token.isUnresolved(origin) || ORIGIN.test(origin);
      demand(isOrigin, "allowedOrigins", "* or origins like https://example.com, without a path", origin);
    }
  },
  ({ jwt }) => {
    if (!("jwksUrl" in jwt)) return;
    const isHttps = Token.isUnresolved(jwt.jwksUrl) || /^https:\/\/\S+$/.test(jwt.jwksUrl);
    demand(isHttps, "jwt.jwksUrl", "an https URL", jwt.jwksUrl);
  },
  ({ jwt }) => demandNames("jwt.issuer", jwt.issuer),
  ({ jwt }) => demandNames("jwt.audience", jwt.audience),
  ({ jwt }) => {
    const known = "jwksUrl" in jwt ? JWKS_ALGORITHMS : SECRET_ALGORITHMS;
    demandNames("jwt.algorithms", jwt.algorithms);
    for (const name of jwt.algorithms ?? [])
      demand(known.includes(name), "jwt.algorithms", `one or more of ${known.join(", ")}`, name);
  },
  ({ jwt }) => {
    if (jwt.clockTolerance) demandSeconds("jwt.clockTolerance", jwt.clockTolerance, 0, 600);
  },
  ({ pingInterval }) => demandInterval("pingInterval", pingInterval, 540),
  ({ pingTimeout }) => demandInterval("pingTimeout", pingTimeout, 3600),
  ({ connectTimeout }) => demandInterval("connectTimeout", connectTimeout, 3600),
  ({ recoveryWindow }) => {
    if (recoveryWindow === false) return;
    const seconds = recoveryWindow.toMilliseconds() / 1000;
    demand(seconds >= 0 && seconds <= 3600, "recoveryWindow", "false or 0 to 3600 seconds", seconds);
  },
  ({ recoveryOverlap }) => {
    const seconds = recoveryOverlap.toMilliseconds() / 1000;
    demand(seconds <= 60, "recoveryOverlap", "0 to 60 seconds", seconds);
  },
  ({ listenerTimeout }) => demandSeconds("listenerTimeout", listenerTimeout, 1, 28),
  ({ order }) => demand(ORDERS.includes(order), "order", ORDERS.join(" or "), order),
  ({ maxPayloadBytes }) => demandWhole("maxPayloadBytes", maxPayloadBytes, 1, 1_000_000),
  ({ maxRoomsPerSocket }) => demandWhole("maxRoomsPerSocket", maxRoomsPerSocket, 1, 1000),
  ({ limits }) => {
    for (const name of LIMIT_NAMES) {
      const { least, most } = LIMIT_RANGES[name];
      const value = limits === false ? false : (limits[name] ?? false);
      if (value !== false) demandWhole(`limits.${name}`, value, least, most, "false or a whole number");
    }
  },
  ({ limits }) => {
    for (const name of Object.keys(limits))
      demand(Object.hasOwn(LIMIT_RANGES, name), "limits", `of ${LIMIT_NAMES.join(", ")}`, name);
  },
  ({ handshakeHeaders }) => {
    for (const name of handshakeHeaders)
      demand(HEADER_NAME.test(name), "handshakeHeaders", "names of headers", name);
  },
  ({ throttle }) => demandWhole("throttle.rateLimit", throttle.rateLimit, 1, 1_000_000),
  ({ throttle }) => demandWhole("throttle.burstLimit", throttle.burstLimit, 1, 1_000_000),
  ({ deliveryRate }) => demandWhole("deliveryRate", deliveryRate, 1, 1_000_000),
  ({ memorySize }) => demandWhole("memorySize", memorySize, 128, 10_240),
];

/** An empty list would refuse every token, and an empty name is a variable that was not set. */
function demandNames(prop: string, value: string | readonly string[] | undefined): void {
  if (value === undefined) return;
  const names = [value].flat();
  const areNames = names.length > 0 && names.every((name) => name !== "");
  demand(areNames, prop, "at least one name, and none that is empty", value);
}

function demandSeconds(prop: string, duration: Duration, least: number, most: number): void {
  demandWhole(prop, duration.toMilliseconds() / 1000, least, most, "a whole number of seconds");
}

/** Fractions of a second are for tests. */
function demandInterval(prop: string, duration: Duration, most: number): void {
  const seconds = duration.toMilliseconds() / 1000;
  demand(seconds >= 0.1 && seconds <= most, prop, `a number of seconds from 0.1 to ${most}`, seconds);
}

function demandWhole(
  prop: string,
  value: number,
  least: number,
  most: number,
  what = "a whole number",
): void {
  const isWithin = Number.isInteger(value) && value >= least && value <= most;
  demand(Token.isUnresolved(value) || isWithin, prop, `${what} from ${least} to ${most}`, value);
}

function demand(holds: boolean, prop: string, expected: string, value: unknown): void {
  if (!holds) throw new Error(`Roomcast: ${prop} must be ${expected}, got ${JSON.stringify(value)}`);
}
