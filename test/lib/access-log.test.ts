import { RemovalPolicy } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/assertions";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { resource, synthesize } from "./synthesize";

const template = synthesize();

it("has a line of JSON without query string, headers or bodies", () => {
  const { Format } = resource(template, "AWS::ApiGatewayV2::Stage").Properties.AccessLogSettings;
  const variables = Object.values(JSON.parse(Format));
  expect(variables).toEqual([
    "$context.requestId",
    "$context.requestTime",
    "$context.connectionId",
    "$context.eventType",
    "$context.status",
    "$context.integrationStatus",
    "$context.integrationLatency",
    "$context.identity.sourceIp",
    "$context.error.message",
  ]);
});

it("brings the role that API Gateway needs before the stage, and leaves it to the account's other APIs", () => {
  const [[account, { Properties, DeletionPolicy }] = ["", {}]] = Object.entries(
    template.findResources("AWS::ApiGateway::Account"),
  );
  expect(DeletionPolicy).toBe("Retain");
  expect(resource(template, "AWS::IAM::Role", "CloudWatchRole").DeletionPolicy).toBe("Retain");
  expect(Properties.CloudWatchRoleArn["Fn::GetAtt"][0]).toContain("CloudWatchRole");
  template.hasResource("AWS::ApiGatewayV2::Stage", { DependsOn: Match.arrayWith([account]) });
});

it("leaves the account's settings alone when asked to", () => {
  synthesize({ cloudWatchRole: false }).resourceCountIs("AWS::ApiGateway::Account", 0);
});

describe("every log group", () => {
  const groupsOf = (of: typeof template) => Object.values(of.findResources("AWS::Logs::LogGroup"));

  it("keeps a month and goes with the stack", () => {
    expect(groupsOf(template)).toHaveLength(8);
    for (const group of groupsOf(template)) {
      expect(group).toMatchObject({ DeletionPolicy: "Delete", Properties: { RetentionInDays: 30 } });
    }
  });

  it("keeps as long as the props say", () => {
    const kept = synthesize({ logRetention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.RETAIN });
    for (const group of groupsOf(kept)) {
      expect(group).toMatchObject({ DeletionPolicy: "Retain", Properties: { RetentionInDays: 7 } });
    }
  });
});
