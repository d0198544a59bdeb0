import { ENV } from "../../lambdas/aws/env";
import { functionNamed, permissionsOf, resource, synthesize, text } from "./synthesize";

const template = synthesize();
const NAMES = ["Connect", "Open", "Message", "Disconnect", "Push", "Heartbeat"];

const variablesOf = (name: string) => functionNamed(template, name).Properties.Environment.Variables;

const TABLE = "{RoomcastConnectionsTable.Arn}";
const connections = (method: string) =>
  "execute-api:ManageConnections arn:{AWS::Partition}:execute-api:{AWS::Region}:{AWS::AccountId}:" +
  `{RoomcastEndpointApi}/prod/${method}/@connections/*`;
const tableActions = (...actions: string[]) => actions.map((action) => `dynamodb:${action} ${TABLE}`);
const invoke = (name: string) =>
  ["", ":*"].map((suffix) => `lambda:InvokeFunction {RoomcastFunctions${name}.Arn}${suffix}`);
const READ_SECRET = ["DescribeSecret", "GetSecretValue"].map(
  (action) => `secretsmanager:${action} {RoomcastTokensSecret}`,
);
const SOCKETS = tableActions("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem");

describe("what each function may do, and nothing else", () => {
  it.each([
    ["Connect", [...tableActions("BatchWriteItem"), ...READ_SECRET, ...invoke("Open")]],
    [
      "Open",
      [...SOCKETS, ...READ_SECRET, connections("POST"), connections("DELETE"), ...invoke("Disconnect")],
    ],
    [
      "Message",
      [...SOCKETS, ...READ_SECRET, connections("POST"), connections("DELETE"), ...invoke("Disconnect")],
    ],
    [
      "Disconnect",
      [
        ...SOCKETS,
        connections("POST"),
        connections("DELETE"),
        "lambda:InvokeFunction {RoomcastFunctionsDisconnect.Arn}",
      ],
    ],
    [
      "Push",
      [
        ...tableActions("BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
        connections("POST"),
        connections("DELETE"),
        ...invoke("Disconnect"),
      ],
    ],
    [
      "Heartbeat",
      [
        ...tableActions("GetItem", "PutItem", "Query", "UpdateItem"),
        connections("POST"),
        ...invoke("Disconnect"),
      ],
    ],
  ])("%s", (name, permissions) => {
    expect(permissionsOf(template, name)).toEqual([...permissions].sort());
  });

  it("confines @connections to the stage", () => {
    expect(permissionsOf(synthesize({ stageName: "beta" }), "Push").join()).toContain(
      "{RoomcastEndpointApi}/beta/POST/@connections/*",
    );
  });
});

describe("what each function is told", () => {
  const delivery = [ENV.tableName, ENV.callbackUrl];
  const listening = [ENV.listenerTimeoutSeconds, ENV.maxRoomsPerSocket];
  const socket = [
    ...delivery,
    ...listening,
    ENV.disconnectFunction,
    ENV.jwtSecretArn,
    ENV.maxPayloadBytes,
    ENV.pingIntervalSeconds,
    ENV.pingTimeoutSeconds,
  ];
  it.each([
    [
      "Connect",
      [
        ENV.tableName,
        ENV.openFunction,
        ENV.allowedOrigins,
        ENV.handshakeHeaders,
        ENV.jwtSecretArn,
        ENV.listenerTimeoutSeconds,
      ],
    ],
    ["Open", socket],
    ["Message", socket],
    ["Disconnect", [...delivery, ...listening]],
    ["Push", [...delivery, ENV.disconnectFunction, ENV.maxRoomsPerSocket]],
    [
      "Heartbeat",
      [
        ...delivery,
        ENV.disconnectFunction,
        ENV.connectTimeoutSeconds,
        ENV.pingIntervalSeconds,
        ENV.pingTimeoutSeconds,
      ],
    ],
  ])("%s", (name, variables) => {
    expect(Object.keys(variablesOf(name)).sort()).toEqual(["NODE_OPTIONS", ...variables].sort());
  });

  it("has the stage's callback URL, not the address of the clients", () => {
    expect(text(variablesOf("Message")[ENV.callbackUrl])).toBe(
      "https://{RoomcastEndpointApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}/prod",
    );
  });

  it("has the settings in seconds, bytes and JSON", () => {
    expect(variablesOf("Connect")).toMatchObject({
      [ENV.allowedOrigins]: '["*"]',
      [ENV.handshakeHeaders]: '["accept-language","host","origin","user-agent"]',
    });
    expect(variablesOf("Message")).toMatchObject({
      [ENV.pingIntervalSeconds]: "480",
      [ENV.pingTimeoutSeconds]: "120",
      [ENV.maxPayloadBytes]: "32768",
      [ENV.listenerTimeoutSeconds]: "25",
      [ENV.maxRoomsPerSocket]: "100",
    });
  });
});

describe("how each function runs", () => {
  it.each(NAMES)("%s on the current runtime, with source maps and its own log group", (name) => {
    const { Properties } = functionNamed(template, name);
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      MemorySize: 1024,
    });
    expect(Properties.Environment.Variables.NODE_OPTIONS).toBe("--enable-source-maps");
    expect(text(Properties.LoggingConfig.LogGroup)).toBe(`{RoomcastFunctions${name}Logs}`);
  });

  it.each([
    ["Connect", 29],
    ["Message", 29],
    ["Open", 60],
    ["Push", 60],
    ["Heartbeat", 180],
    ["Disconnect", 120],
  ])("%s for %i s at most", (name, seconds) => {
    expect(functionNamed(template, name).Properties.Timeout).toBe(seconds);
  });

  it.each([
    ["Open", 2, 60],
    ["Disconnect", 2, 7200],
    ["Push", 0, undefined],
    ["Heartbeat", 0, 60],
  ])("%s, invoked asynchronously, is repeated %i times", (name, retries, seconds) => {
    const config = resource(template, "AWS::Lambda::EventInvokeConfig", `Functions${name}EventInvoke`);
    expect(config.Properties.MaximumRetryAttempts).toBe(retries);
    expect(config.Properties.MaximumEventAgeInSeconds).toBe(seconds);
  });
});
