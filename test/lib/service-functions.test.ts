import { ENV } from "../../lambdas/aws/env";
import type { RoomcastProps } from "../../lib";
import { functionNamed, permissionsOf, resource, synthesize, text } from "./synthesize";

const template = synthesize();
const NAMES = ["Connect", "Open", "Message", "Disconnect", "Deliver", "Push", "Heartbeat"];

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
const SOCKETS = tableActions(
  "BatchGetItem",
  "BatchWriteItem",
  "DeleteItem",
  "GetItem",
  "PutItem",
  "Query",
  "UpdateItem",
);

describe("what each function may do, and nothing else", () => {
  it.each([
    [
      "Connect",
      [...tableActions("BatchWriteItem", "Query", "UpdateItem"), ...READ_SECRET, ...invoke("Open")],
    ],
    [
      "Open",
      [
        ...SOCKETS,
        ...READ_SECRET,
        connections("POST"),
        connections("DELETE"),
        ...invoke("Disconnect"),
        ...invoke("Deliver"),
      ],
    ],
    [
      "Message",
      [
        ...SOCKETS,
        ...READ_SECRET,
        connections("POST"),
        connections("DELETE"),
        ...invoke("Disconnect"),
        ...invoke("Deliver"),
      ],
    ],
    [
      "Disconnect",
      [
        ...SOCKETS,
        connections("POST"),
        connections("DELETE"),
        "lambda:InvokeFunction {RoomcastFunctionsDisconnect.Arn}",
        ...invoke("Deliver"),
      ],
    ],
    [
      "Deliver",
      [
        ...tableActions("BatchGetItem", "BatchWriteItem", "GetItem", "Query", "UpdateItem"),
        connections("POST"),
        connections("DELETE"),
        "lambda:InvokeFunction {RoomcastFunctionsDeliver.Arn}",
        "lambda:InvokeFunction {RoomcastFunctionsDisconnect.Arn}",
      ],
    ],
    [
      "Push",
      [
        ...tableActions("BatchGetItem", "BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
        connections("POST"),
        connections("DELETE"),
        ...invoke("Disconnect"),
        ...invoke("Deliver"),
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
  const recovery = [ENV.recoveryWindowSeconds, ENV.recoveryLogSeconds, ENV.recoveryOverlapSeconds];
  const delivery = [ENV.tableName, ENV.callbackUrl, ...recovery];
  const emitting = [ENV.deliverFunction, ENV.deliveryRate];
  const listening = [ENV.listenerTimeoutSeconds, ENV.maxRoomsPerSocket];
  const socket = [
    ...delivery,
    ...emitting,
    ...listening,
    ENV.disconnectFunction,
    ENV.jwtSecretArn,
    ENV.limits,
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
        ENV.limits,
        ENV.listenerTimeoutSeconds,
      ],
    ],
    ["Open", socket],
    ["Message", socket],
    ["Disconnect", [...delivery, ...emitting, ...listening]],
    ["Deliver", delivery],
    ["Push", [...delivery, ...emitting, ENV.disconnectFunction, ENV.maxRoomsPerSocket]],
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
    expect(Object.keys(variablesOf(name)).sort()).toEqual([...variables].sort());
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
      [ENV.deliveryRate]: "7000",
    });
    const limits = {
      messagesPerSecond: 100,
      userMessagesPerSecond: 300,
      socketsPerUser: 100,
      eventNameBytes: 512,
      connectionsPerAddress: 2_000,
      unauthenticatedPerAddress: 1_000,
    };
    for (const name of ["Connect", "Open", "Message"])
      expect(JSON.parse(variablesOf(name)[ENV.limits])).toEqual(limits);
  });

  it("has the limits that are on", () => {
    const limitsWith = (limits: RoomcastProps["limits"]) =>
      functionNamed(synthesize({ limits }), "Message").Properties.Environment.Variables[ENV.limits];
    const { socketsPerUser, eventNameBytes, ...others } = JSON.parse(
      limitsWith({ socketsPerUser: false, eventNameBytes: 64 }),
    );
    expect([socketsPerUser, eventNameBytes, Object.keys(others).length]).toEqual([undefined, 64, 4]);
    expect(limitsWith(false)).toBeUndefined();
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
    expect(text(Properties.LoggingConfig.LogGroup)).toBe(`{RoomcastFunctions${name}Logs}`);
  });

  it.each([
    ["Connect", 29],
    ["Message", 29],
    ["Open", 60],
    ["Push", 60],
    ["Heartbeat", 180],
    ["Disconnect", 120],
    ["Deliver", 900],
  ])("%s for %i s at most", (name, seconds) => {
    expect(functionNamed(template, name).Properties.Timeout).toBe(seconds);
  });

  it.each([
    ["Open", 2, 60],
    ["Disconnect", 2, 7200],
    ["Deliver", 2, 600],
    ["Push", 0, undefined],
    ["Heartbeat", 0, 60],
  ])("%s, invoked asynchronously, is repeated %i times", (name, retries, seconds) => {
    const config = resource(template, "AWS::Lambda::EventInvokeConfig", `Functions${name}EventInvoke`);
    expect(config.Properties.MaximumRetryAttempts).toBe(retries);
    expect(config.Properties.MaximumEventAgeInSeconds).toBe(seconds);
  });

  it("may be invoked again and again by itself only where it counts that", () => {
    const allowed = NAMES.filter(
      (name) => functionNamed(template, name).Properties.RecursiveLoop === "Allow",
    );
    expect(allowed).toEqual(["Deliver"]);
  });
});
