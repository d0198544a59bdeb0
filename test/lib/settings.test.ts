import { Duration } from "aws-cdk-lib";
import type { MessageOrder, RoomcastLimits, RoomcastProps } from "../../lib";
import { settingsOf } from "../../lib/settings";

const check = (props: RoomcastProps) => settingsOf({ app: __filename, ...props });

const ORIGINS = "allowedOrigins must be * or origins like https://example.com, without a path, got";
const STAGE_NAME = "stageName must be 1 to 128 letters, digits, _ and -, got";

describe("what cannot be is refused by name, with what was expected and what came", () => {
  it.each<[RoomcastProps, string]>([
    [{ app: "/no/such/app.ts" }, 'app must be the path of an existing module, got "/no/such/app.ts"'],
    [{ stageName: "socket.io" }, `${STAGE_NAME} "socket.io"`],
    [{ stageName: "" }, `${STAGE_NAME} ""`],
    [{ allowedOrigins: ["*", "a.example"] }, `${ORIGINS} "a.example"`],
    [{ allowedOrigins: ["https://a.example/"] }, `${ORIGINS} "https://a.example/"`],
    [{ allowedOrigins: ["https://A.example"] }, `${ORIGINS} "https://A.example"`],
    [{ allowedOrigins: ["https://*.example"] }, `${ORIGINS} "https://*.example"`],
    [{ jwt: { jwksUrl: "http://id.example" } }, 'jwt.jwksUrl must be an https URL, got "http://id.example"'],
    [{ jwt: { issuer: "" } }, 'jwt.issuer must be at least one name, and none that is empty, got ""'],
    [{ jwt: { audience: [] } }, "jwt.audience must be at least one name, and none that is empty, got []"],
    [
      { jwt: { algorithms: ["RS256"] } },
      'jwt.algorithms must be one or more of HS256, HS384, HS512, got "RS256"',
    ],
    [
      { jwt: { jwksUrl: "https://id.example", algorithms: ["none"] } },
      "jwt.algorithms must be one or more of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519" +
        ', got "none"',
    ],
    [
      { jwt: { clockTolerance: Duration.hours(1) } },
      "jwt.clockTolerance must be a whole number of seconds from 0 to 600, got 3600",
    ],
    [
      { pingInterval: Duration.minutes(10) },
      "pingInterval must be a number of seconds from 0.1 to 540, got 600",
    ],
    [
      { pingTimeout: Duration.millis(99) },
      "pingTimeout must be a number of seconds from 0.1 to 3600, got 0.099",
    ],
    [
      { connectTimeout: Duration.hours(2) },
      "connectTimeout must be a number of seconds from 0.1 to 3600, got 7200",
    ],
    [
      { listenerTimeout: Duration.seconds(29) },
      "listenerTimeout must be a whole number of seconds from 1 to 28, got 29",
    ],
    [{ order: "strict" as MessageOrder }, 'order must be none or per-connection, got "strict"'],
    [{ maxPayloadBytes: 1_000_001 }, "maxPayloadBytes must be a whole number from 1 to 1000000, got 1000001"],
    [{ deliveryRate: 0 }, "deliveryRate must be a whole number from 1 to 1000000, got 0"],
    [{ maxRoomsPerSocket: 0 }, "maxRoomsPerSocket must be a whole number from 1 to 1000, got 0"],
    [
      { limits: { messagesPerSecond: 9 } },
      "limits.messagesPerSecond must be false or a whole number from 10 to 100000, got 9",
    ],
    [
      { limits: { socketsPerUser: Number.NaN } },
      "limits.socketsPerUser must be false or a whole number from 1 to 1000, got null",
    ],
    [
      { limits: { messages: 100 } as RoomcastLimits },
      "limits must be of messagesPerSecond, userMessagesPerSecond, socketsPerUser, eventNameBytes, " +
        'connectionsPerAddress, unauthenticatedPerAddress, got "messages"',
    ],
    [{ handshakeHeaders: ["x y"] }, 'handshakeHeaders must be names of headers, got "x y"'],
    [
      { throttle: { rateLimit: 0, burstLimit: 1 } },
      "throttle.rateLimit must be a whole number from 1 to 1000000, got 0",
    ],
    [
      { throttle: { rateLimit: 1, burstLimit: 1.5 } },
      "throttle.burstLimit must be a whole number from 1 to 1000000, got 1.5",
    ],
    [{ memorySize: 64 }, "memorySize must be a whole number from 128 to 10240, got 64"],
  ])("%j", (props, message) => {
    expect(() => check(props)).toThrow(new Error(`Roomcast: ${message}`));
  });
});

it("takes origins of pages and of apps", () => {
  const allowedOrigins = ["https://a.example", "http://localhost:3000", "capacitor://localhost"];
  expect(check({ allowedOrigins }).allowedOrigins).toEqual(allowedOrigins);
});

it("writes the names of headers in lower case, as they are compared", () => {
  expect(check({ handshakeHeaders: ["X-Device"] }).handshakeHeaders).toEqual(["x-device"]);
});

it("takes an undefined prop as one that is not there", () => {
  expect(check({ stageName: undefined }).stageName).toBe("prod");
});
