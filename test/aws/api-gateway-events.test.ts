import { disconnectEventOf, messageRequestOf, upgradeRequestOf } from "../../lambdas/aws/api-gateway-events";
import { readSettings } from "../../lambdas/aws/settings";

const requestContext = {
  connectionId: "L0SM9cOFvHcCIhw=",
  connectedAt: 1_000,
  requestTimeEpoch: 2_000,
  identity: { sourceIp: "192.0.2.1" },
} as const;

describe("API Gateway's events", () => {
  test("$connect: header names in any casing, the query when there is one", () => {
    const event = {
      requestContext: { ...requestContext, eventType: "CONNECT" },
      headers: { Host: "h", "Sec-WebSocket-Protocol": "roomcast.v1, t", authORIZATION: "Bearer t" },
      queryStringParameters: { EIO: "4" },
    } as const;
    expect(upgradeRequestOf(event)).toEqual({
      connectionId: "L0SM9cOFvHcCIhw=",
      connectedAt: 1_000,
      address: "192.0.2.1",
      headers: { host: "h", "sec-websocket-protocol": "roomcast.v1, t", authorization: "Bearer t" },
      query: { EIO: "4" },
    });
    const { queryStringParameters: _, ...bare } = event;
    expect(upgradeRequestOf(bare).query).toEqual({});
  });

  test("a message without a body is an empty one", () => {
    const event = { requestContext: { ...requestContext, eventType: "MESSAGE" } } as const;
    expect(messageRequestOf(event)).toEqual({ connectionId: "L0SM9cOFvHcCIhw=", body: "", arrivedAt: 2_000 });
  });

  test("$disconnect: the connection is gone already", () => {
    const event = { requestContext: { ...requestContext, eventType: "DISCONNECT" } } as const;
    expect(disconnectEventOf(event)).toMatchObject({ reason: "transport close", cut: false });
  });
});

describe("settings", () => {
  test("are read when asked for, in the units of the code", () => {
    const settings = readSettings({
      ROOMCAST_PING_INTERVAL_SECONDS: "0.3",
      ROOMCAST_LISTENER_TIMEOUT_SECONDS: "25",
      ROOMCAST_ALLOWED_ORIGINS: '["*"]',
    });
    expect(settings.pingIntervalMs).toBe(300);
    expect(settings.listenerTimeoutMs).toBe(25_000);
    expect(settings.allowedOrigins).toEqual(["*"]);
    expect(() => settings.maxPayloadBytes).toThrow("ROOMCAST_MAX_PAYLOAD_BYTES is not set");
  });

  test.each(["*", "{}", "[7]"])("%s is no list of names", (value) => {
    expect(() => readSettings({ ROOMCAST_ALLOWED_ORIGINS: value }).allowedOrigins).toThrow();
  });
});
