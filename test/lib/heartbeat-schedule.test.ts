import { Duration } from "aws-cdk-lib";
import { ENV } from "../../lambdas/aws/env";
import { functionNamed, resource, synthesize, text } from "./synthesize";

const template = synthesize();

it("invokes the heartbeat each minute, and may", () => {
  const rule = resource(template, "AWS::Events::Rule").Properties;
  expect(rule).toMatchObject({ ScheduleExpression: "rate(1 minute)", State: "ENABLED" });
  expect(rule.Targets).toHaveLength(1);
  expect(text(rule.Targets[0].Arn)).toBe("{RoomcastFunctionsHeartbeat.Arn}");
  const permissions = Object.values(template.findResources("AWS::Lambda::Permission"));
  const granted = permissions.find(({ Properties }) => Properties.Principal === "events.amazonaws.com");
  expect(text(granted?.Properties.FunctionName)).toBe("{RoomcastFunctionsHeartbeat.Arn}");
  expect(text(granted?.Properties.SourceArn)).toMatch(/^\{RoomcastHeartbeatEveryMinute\w*\.Arn\}$/);
});

it("does not try again what the next minute does", () => {
  const [target] = resource(template, "AWS::Events::Rule").Properties.Targets;
  expect(target.RetryPolicy).toEqual({ MaximumRetryAttempts: 0 });
});

it("is told its intervals in seconds, fractions too", () => {
  const tested = synthesize({
    pingInterval: Duration.millis(300),
    pingTimeout: Duration.millis(200),
    connectTimeout: Duration.seconds(1),
  });
  const variables = {
    [ENV.pingIntervalSeconds]: "0.3",
    [ENV.pingTimeoutSeconds]: "0.2",
    [ENV.connectTimeoutSeconds]: "1",
  };
  expect(functionNamed(tested, "Heartbeat").Properties.Environment.Variables).toMatchObject(variables);
  expect(functionNamed(template, "Heartbeat").Properties.Environment.Variables).toMatchObject({
    [ENV.pingIntervalSeconds]: "480",
    [ENV.pingTimeoutSeconds]: "120",
    [ENV.connectTimeoutSeconds]: "45",
  });
});
