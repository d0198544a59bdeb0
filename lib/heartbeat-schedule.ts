import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export interface HeartbeatScheduleProps {
  readonly heartbeat: IFunction;
}

/** EventBridge invokes the heartbeat each minute, the shortest rate that it has. */
export class HeartbeatSchedule extends Construct {
  constructor(scope: Construct, id: string, { heartbeat }: HeartbeatScheduleProps) {
    super(scope, id);
    new Rule(this, "EveryMinute", {
      description: "Pings connections, and cuts those that do not answer",
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what this one could not.
      targets: [new LambdaFunction(heartbeat, { retryAttempts: 0 })],
    });
  }
}
