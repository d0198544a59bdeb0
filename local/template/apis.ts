import { arn } from "./account";
import type { Route, Stage, Throttling, WebSocketApi } from "./model";
import type { Permits } from "./permissions";
import { readQueueIntegration } from "./queue-integration";
import type { Properties, Stack, StackResource } from "./stack";

/** The integration timeout cannot be raised above 29 s. */
const MAX_INTEGRATION_TIMEOUT_MS = 29_000;

export function readApis(stack: Stack, permits: Permits): readonly WebSocketApi[] {
  return stack
    .resources("AWS::ApiGatewayV2::Api")
    .filter(({ properties }) => properties.string("ProtocolType") === "WEBSOCKET")
    .map((api) => readApi(stack, api, permits));
}

function readApi(stack: Stack, api: StackResource, permits: Permits): WebSocketApi {
  const stage = readStage(stack, api);
  const source = (key: string) => arn("execute-api", `${api.id}/${stage.name}/${key}`);
  const routes = ofApi(stack, "AWS::ApiGatewayV2::Route", api).map((route) => readRoute(stack, route));
  const permitted = routes.map((route) => ({
    ...route,
    permitted:
      route.queue !== undefined || permits("apigateway.amazonaws.com", route.functionArn, source(route.key)),
  }));
  return {
    apiId: api.id,
    stage,
    routeSelectionExpression:
      api.properties.optionalString("RouteSelectionExpression") ?? "$request.body.action",
    routes: Object.fromEntries(permitted.map((route) => [route.key, route])),
  };
}

function readStage(stack: Stack, api: StackResource): Stage {
  const stages = ofApi(stack, "AWS::ApiGatewayV2::Stage", api);
  const [stage] = stages;
  if (stage === undefined || stages.length > 1)
    throw new Error(`${api.properties.owner}: expected one stage, got ${stages.length}`);
  const perRoute = Object.keys(stage.properties.object("RouteSettings").all).map((key) => {
    return [key, throttling(stage.properties.object("RouteSettings").object(key))] as const;
  });
  return {
    name: stage.properties.string("StageName"),
    throttling: throttling(stage.properties.object("DefaultRouteSettings")),
    routeThrottling: Object.fromEntries(
      perRoute.filter((entry): entry is [string, Throttling] => entry[1] !== undefined),
    ),
  };
}

function throttling(settings: Properties): Throttling | undefined {
  const ratePerSecond = settings.number("ThrottlingRateLimit");
  const burst = settings.number("ThrottlingBurstLimit");
  return ratePerSecond === undefined ? undefined : { ratePerSecond, burst: burst ?? ratePerSecond };
}

function readRoute(stack: Stack, { id, properties }: StackResource): Omit<Route, "permitted"> {
  const authorization = properties.optionalString("AuthorizationType") ?? "NONE";
  if (authorization !== "NONE")
    throw new Error(`${properties.owner}: AuthorizationType ${authorization} is not supported locally`);
  const target = properties.string("Target").replace(/^integrations\//, "");
  const integration = stack
    .resources("AWS::ApiGatewayV2::Integration")
    .find((candidate) => candidate.id === target);
  if (integration === undefined)
    throw new Error(`${properties.owner}: integration ${target} is not in the template`);
  return {
    key: properties.string("RouteKey"),
    ...integrated(stack, integration.properties),
    answers: stack
      .resources("AWS::ApiGatewayV2::RouteResponse")
      .some((response) => response.properties.string("RouteId") === id),
    timeoutMs: integration.properties.number("TimeoutInMillis") ?? MAX_INTEGRATION_TIMEOUT_MS,
  };
}

function integrated(stack: Stack, integration: Properties): Pick<Route, "functionArn" | "queue"> {
  const isProxy = integration.string("IntegrationType") !== "AWS";
  if (isProxy) return { functionArn: integratedFunction(integration) };
  return { functionArn: "", queue: readQueueIntegration(stack, integration) };
}

function integratedFunction(integration: Properties): string {
  const type = integration.string("IntegrationType");
  const uri = integration.optionalString("IntegrationUri") ?? "";
  const functionArn = /functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1];
  if (type !== "AWS_PROXY" || functionArn === undefined)
    throw new Error(
      `${integration.owner}: expected an AWS_PROXY integration with a Lambda, got ${type} ${uri}`,
    );
  return functionArn;
}

function ofApi(stack: Stack, type: string, api: StackResource): readonly StackResource[] {
  return stack.resources(type).filter(({ properties }) => properties.string("ApiId") === api.id);
}
