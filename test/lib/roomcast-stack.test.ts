import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, CfnResource } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { context as featureFlags } from "../../cdk.json";
import { RoomcastStack } from "../../lib";
import { text } from "./synthesize";

// The other tests do without CloudFormation's rules.
delete process.env.CDK_VALIDATION;

function stackWith(context: Record<string, unknown>, jwksUrl?: string): RoomcastStack {
  const app = new App({ context: { ...context, "aws:cdk:bundling-stacks": [] } });
  const jwt = jwksUrl === undefined ? undefined : { jwksUrl };
  return new RoomcastStack(app, "Roomcast", { roomcast: { app: __filename, jwt } });
}

const stack = stackWith(featureFlags);
const template = Template.fromStack(stack);

describe("with the feature flags of cdk.json", () => {
  it("synthesizes without a warning and without a finding of CloudFormation's rules", () => {
    expect(Annotations.fromStack(stack).findWarning("*", Match.anyValue())).toEqual([]);
    const report = readFileSync(join(App.of(stack)?.outdir ?? "", "validation-report.json"), "utf8");
    expect(JSON.parse(report).pluginReports).toEqual([]);
  });

  it("refuses to synthesize what CloudFormation would refuse", () => {
    const broken = stackWith(featureFlags);
    new CfnResource(broken, "Nameless", { type: "AWS::ApiGatewayV2::Stage" });
    expect(() => Template.fromStack(broken)).toThrow(/Nameless/);
  });
});

it("says how to reach the service", () => {
  const host = "{ServiceEndpointApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}";
  const outputs = Object.entries(template.findOutputs("*")).map(([id, { Value }]) => [id, text(Value)]);
  expect(Object.fromEntries(outputs)).toEqual({
    WebSocketUrl: `wss://${host}/prod`,
    CallbackUrl: `https://${host}/prod`,
    PushFunctionName: "{ServiceFunctionsPush}",
    TableName: "{ServiceConnectionsTable}",
    JwtSecretArn: "{ServiceTokensSecret}",
  });
});

it("has no secret to name with a JWKS URL", () => {
  const outputs = Template.fromStack(stackWith(featureFlags, "https://id.example/keys")).findOutputs("*");
  expect(Object.keys(outputs)).not.toContain("JwtSecretArn");
});

it("needs neither account nor region to be known", () => {
  expect(stack.environment).toBe("aws://unknown-account/unknown-region");
});

it("is the same template without the feature flags, as far as routes, functions and table go", () => {
  const plain = Template.fromStack(stackWith({}));
  for (const type of ["AWS::ApiGatewayV2::Route", "AWS::Lambda::Function", "AWS::DynamoDB::Table"]) {
    expect(Object.keys(plain.findResources(type))).toEqual(Object.keys(template.findResources(type)));
  }
});
