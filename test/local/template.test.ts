import { loadModel } from "../../local/template/load";
import { startLocalAws } from "../support/local-aws";
import { type AssemblyOptions, writeAssembly } from "./fixtures/assembly";
import { Client } from "./fixtures/client";

async function withTemplate(
  options: AssemblyOptions,
  run: (webSocketUrl: string) => Promise<void>,
): Promise<void> {
  const local = await startLocalAws({ assemblyPath: writeAssembly(options) });
  await run(local.webSocketUrl).finally(() => local.stop());
}

it("follows the stage's name", () =>
  withTemplate({ stageName: "blue" }, async (webSocketUrl) => {
    expect(webSocketUrl).toMatch(/\/blue$/);
    const client = await Client.open(webSocketUrl);
    expect(await client.ask({ action: "environment" })).toMatchObject({
      CALLBACK_URL: expect.stringMatching(/^http:\/\/localhost:\d+\/blue$/),
    });
    await expect(Client.open(webSocketUrl.replace("blue", "test"))).rejects.toThrow("403");
  }));

it("follows a function's variables", () =>
  withTemplate({ variables: { COLOUR: "green" } }, async (webSocketUrl) => {
    const client = await Client.open(webSocketUrl);
    expect(await client.ask({ action: "environment" })).toMatchObject({ COLOUR: "green" });
  }));

it("follows the routes and the expression that selects them", () =>
  withTemplate(
    { routeSelectionExpression: "$request.body.action", routes: { $default: "message", custom: "message" } },
    async (webSocketUrl) => {
      const client = await Client.open(webSocketUrl);
      expect(await client.ask({ action: "custom" })).toEqual({ route: "custom" });
      expect(await client.ask({ action: "event" })).toMatchObject({
        requestContext: { routeKey: "$default" },
      });
    },
  ));

it("answers Forbidden when no route fits", () =>
  withTemplate({ routes: { $connect: "connect" } }, async (webSocketUrl) => {
    const client = await Client.open(webSocketUrl);
    expect(await client.ask("{}")).toMatchObject({ message: "Forbidden" });
  }));

it("invokes no function that API Gateway has no permission for", async () => {
  await withTemplate({ unpermitted: ["$default"] }, async (webSocketUrl) => {
    const client = await Client.open(webSocketUrl);
    expect(await client.ask({ action: "echo", data: 1 })).toMatchObject({ message: "Internal server error" });
  });
  await withTemplate({ unpermitted: ["$connect"] }, (webSocketUrl) =>
    expect(Client.open(webSocketUrl)).rejects.toThrow("500"),
  );
});

it("runs schedules at their rate", async () => {
  const rule = {
    Type: "AWS::Events::Rule",
    Properties: {
      ScheduleExpression: "rate(1 minute)",
      State: "ENABLED",
      Targets: [{ Id: "one", Arn: { "Fn::GetAtt": ["worker", "Arn"] }, Input: '{"fail":"on schedule"}' }],
    },
  };
  const permission = {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Action: "lambda:InvokeFunction",
      FunctionName: { Ref: "worker" },
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": ["rule", "Arn"] },
    },
  };
  const assemblyPath = writeAssembly({ resources: { rule, permission } });
  const local = await startLocalAws({ assemblyPath, limits: { scheduleMinuteMs: 20 } });
  await local.logged("failed: TypeError: on schedule").finally(() => local.stop());
});

describe("the model", () => {
  const load = (resources: AssemblyOptions["resources"]) => loadModel(writeAssembly({ resources }));

  it("resolves outputs", () => {
    const { outputs, apis } = load({});
    expect(outputs.StageArn).toBe(`arn:aws:execute-api:us-east-1:${apis[0]?.apiId}/test`);
  });

  it("ignores what does not matter locally", () => {
    expect(
      load({ logs: { Type: "AWS::Logs::LogGroup" }, other: { Type: "Custom::Thing" } }).functions,
    ).toHaveLength(4);
  });

  it.each([
    [
      "a resource that it would have to run",
      { x: { Type: "AWS::ApiGatewayV2::Authorizer" } },
      "ApiGatewayV2::Authorizer",
    ],
    [
      "a reference to nothing",
      { Secret: { Type: "AWS::SecretsManager::Secret", Properties: { Name: { Ref: "no" } } } },
      "refers to no",
    ],
    [
      "an unknown function",
      { Secret: { Type: "AWS::SecretsManager::Secret", Properties: { Name: { "Fn::Cidr": [] } } } },
      "Fn::Cidr",
    ],
  ])("refuses %s", (_what, resources, message) => {
    expect(() => load(resources)).toThrow(message);
  });

  it("evaluates conditions", () => {
    const name = { "Fn::If": ["never", "yes", { "Fn::Select": [1, { "Fn::Split": ["/", "a/b"] }] }] };
    const resources = { Other: { Type: "AWS::SecretsManager::Secret", Properties: { Name: name } } };
    expect(load(resources).secrets.map((secret) => secret.name)).toEqual(["fixture-secret", "b"]);
  });
});
