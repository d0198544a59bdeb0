import { resource, synthesize, text } from "./synthesize";

const template = synthesize();

it("sends every message to $default, whatever is in it", () => {
  expect(resource(template, "AWS::ApiGatewayV2::Api").Properties).toMatchObject({
    ProtocolType: "WEBSOCKET",
    RouteSelectionExpression: "\\$default",
  });
});

it("has a route and a permission for each kind of event", () => {
  const routes = Object.values(template.findResources("AWS::ApiGatewayV2::Route"));
  const integrations = template.findResources("AWS::ApiGatewayV2::Integration");
  const handlers = routes.map(({ Properties }) => {
    const integration = integrations[Properties.Target["Fn::Join"][1][1].Ref];
    return `${Properties.RouteKey} ${text(integration?.Properties.IntegrationUri).split("/functions/")[1]}`;
  });
  expect(handlers.sort()).toEqual([
    "$connect {RoomcastFunctionsConnect.Arn}/invocations",
    "$default {RoomcastFunctionsMessage.Arn}/invocations",
    "$disconnect {RoomcastFunctionsDisconnect.Arn}/invocations",
  ]);
  const permissions = Object.values(template.findResources("AWS::Lambda::Permission"));
  expect(
    permissions.map(({ Properties }) => text(Properties.SourceArn).split("EndpointApi}")[1]).sort(),
  ).toEqual(["/*$connect", "/*$default", "/*$disconnect"]);
});

it("sends no returned body back to the client", () => {
  template.resourceCountIs("AWS::ApiGatewayV2::RouteResponse", 0);
  template.resourceCountIs("AWS::ApiGatewayV2::IntegrationResponse", 0);
  for (const { Properties } of Object.values(template.findResources("AWS::ApiGatewayV2::Route"))) {
    expect(Properties.RouteResponseSelectionExpression).toBeUndefined();
  }
});

it("deploys its stage by itself, throttled as an account is", () => {
  expect(resource(template, "AWS::ApiGatewayV2::Stage").Properties).toMatchObject({
    StageName: "prod",
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 },
  });
});

it("takes name and limits of the stage from the props", () => {
  const stage = resource(
    synthesize({ stageName: "beta", throttle: { rateLimit: 50, burstLimit: 20 } }),
    "AWS::ApiGatewayV2::Stage",
  );
  expect(stage.Properties).toMatchObject({
    StageName: "beta",
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 20 },
  });
});

it("logs no messages", () => {
  const { DefaultRouteSettings } = resource(template, "AWS::ApiGatewayV2::Stage").Properties;
  expect(DefaultRouteSettings.DataTraceEnabled ?? false).toBe(false);
});
