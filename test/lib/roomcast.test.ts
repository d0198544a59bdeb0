import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Roomcast } from "../../lib";
import { resource, text } from "./synthesize";

const stack = new Stack(new App({ context: { "aws:cdk:bundling-stacks": [] } }), "Stack");
const roomcast = new Roomcast(stack, "Roomcast", { app: __filename });
const backend = new Role(stack, "Backend", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
roomcast.grantPush(backend);
const template = Template.fromStack(stack);

it("lets a backend invoke the push function, and no more", () => {
  const { PolicyDocument } = resource(template, "AWS::IAM::Policy", "BackendDefaultPolicy").Properties;
  expect(PolicyDocument.Statement).toHaveLength(1);
  expect(PolicyDocument.Statement[0].Action).toBe("lambda:InvokeFunction");
  expect(PolicyDocument.Statement[0].Resource.map(text)).toEqual([
    "{RoomcastFunctionsPush.Arn}",
    "{RoomcastFunctionsPush.Arn}:*",
  ]);
});

it("says where clients connect and backends post", () => {
  const host = "{RoomcastEndpointApi}.execute-api.{AWS::Region}.{AWS::URLSuffix}";
  expect(text(stack.resolve(roomcast.webSocketUrl))).toBe(`wss://${host}/prod`);
  expect(text(stack.resolve(roomcast.callbackUrl))).toBe(`https://${host}/prod`);
});

it("can be in a stack twice", () => {
  const twice = new Stack(new App({ context: { "aws:cdk:bundling-stacks": [] } }), "Stack");
  new Roomcast(twice, "One", { app: __filename });
  new Roomcast(twice, "Two", { app: __filename, cloudWatchRole: false });
  Template.fromStack(twice).resourceCountIs("AWS::ApiGatewayV2::Api", 2);
});
