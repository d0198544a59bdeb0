import { Duration } from "aws-cdk-lib";
import { type Context, settingsIn } from "../../bin/settings";
import { settingsOf } from "../../lib/settings";

const contextOf =
  (values: Readonly<Record<string, unknown>>): Context =>
  (key) =>
    values[key];

/** With defaults, checked by the construct. */
const settingsWith = (values: Readonly<Record<string, unknown>>) => settingsOf(settingsIn(contextOf(values)));

it("are the construct's own where the context says nothing", () => {
  expect(settingsWith({})).toEqual(settingsOf({}));
});

it.each([
  ["app", "bin/settings.ts", { app: expect.stringMatching(/bin.settings\.ts$/) }],
  ["stageName", "beta", { stageName: "beta" }],
  [
    "allowedOrigins",
    "https://a.example,https://b.example",
    { allowedOrigins: ["https://a.example", "https://b.example"] },
  ],
  ["jwksUrl", "https://id.example/keys", { jwt: { jwksUrl: "https://id.example/keys" } }],
  ["jwtIssuer", "https://id.example", { jwt: { issuer: ["https://id.example"] } }],
  ["jwtAudience", "web,mobile", { jwt: { audience: ["web", "mobile"] } }],
  ["order", "per-connection", { order: "per-connection" }],
  ["limits", "off", { limits: false }],
  [
    "limits",
    "messagesPerSecond=20,socketsPerUser=off",
    { limits: { messagesPerSecond: 20, socketsPerUser: false } },
  ],
  ["maxPayload", "1000", { maxPayloadBytes: 1_000 }],
  ["maxRoomsPerSocket", "7", { maxRoomsPerSocket: 7 }],
  ["handshakeHeaders", "cookie,host", { handshakeHeaders: ["cookie", "host"] }],
  ["deliveryRate", "500", { deliveryRate: 500 }],
  ["throttle", "rateLimit=1000,burstLimit=50", { throttle: { rateLimit: 1_000, burstLimit: 50 } }],
  ["memorySize", "512", { memorySize: 512 }],
])("-c %s=%s", (key, value, expected) => {
  expect(settingsWith({ [key]: value })).toMatchObject(expected);
});

it.each([
  "pingInterval",
  "pingTimeout",
  "connectTimeout",
  "recoveryWindow",
  "recoveryOverlap",
  "listenerTimeout",
] as const)("-c %s is in seconds", (key) => {
  expect(settingsWith({ [key]: "12" })[key]).toEqual(Duration.millis(12_000));
});

it("may be fractions of a second where the construct takes them", () => {
  expect(settingsWith({ pingInterval: "0.3" }).pingInterval.toMilliseconds()).toBe(300);
});

it.each([
  ["listenerTimeout", "soon", 'Context listenerTimeout must be a number, got "soon"'],
  ["listenerTimeout", "29", "listenerTimeout must be a whole number of seconds from 1 to 28, got 29"],
  ["maxRoomsPerSocket", "0", "maxRoomsPerSocket must be a whole number from 1 to 1000, got 0"],
  ["deliveryRate", "-1", 'Context deliveryRate must be a number, got "-1"'],
  ["throttle", "rateLimit=1000", "throttle.burstLimit must be a whole number from 1 to 1000000"],
  ["throttle", "1000", "throttle.rateLimit must be a whole number from 1 to 1000000"],
  ["limits", "messages=5", "limits must be of messagesPerSecond"],
  ["order", "strict", 'order must be none or per-connection, got "strict"'],
  ["jwtIssuer", "", "jwt.issuer must be at least one name"],
  ["stageName", 5, "Context stageName must be a string, got 5"],
])("-c %s=%s is refused, and named", (key, value, message) => {
  expect(() => settingsWith({ [key]: value })).toThrow(message);
});
