import { RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat, CfnAccount } from "aws-cdk-lib/aws-apigateway";
import { type IAccessLogSettings, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface AccessLogProps {
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** See `RoomcastProps.cloudWatchRole`. */
  readonly cloudWatchRole: boolean;
}

/** A line of JSON for each connect, message and disconnect. The stage must depend on it. */
export class AccessLog extends Construct {
  readonly settings: IAccessLogSettings;

  constructor(scope: Construct, id: string, props: AccessLogProps) {
    super(scope, id);
    const { logRetention: retention, removalPolicy } = props;
    const logGroup = new LogGroup(this, "LogGroup", { retention, removalPolicy });
    this.settings = { destination: new LogGroupLogDestination(logGroup), format: FORMAT };
    if (props.cloudWatchRole) this.allowLogging();
  }

  /** Without a role in the account's settings, API Gateway refuses to create a stage that logs. */
  private allowLogging(): void {
    const role = new Role(this, "CloudWatchRole", {
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName("service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
      ],
    });
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    // Other APIs of the account log with it too.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}

/** No query strings, headers or bodies: a token can be in any of them. */
const FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    requestTime: "$context.requestTime",
    connectionId: "$context.connectionId",
    eventType: "$context.eventType",
    status: "$context.status",
    integrationStatus: "$context.integrationStatus",
    integrationLatency: "$context.integrationLatency",
    sourceIp: "$context.identity.sourceIp",
    error: "$context.error.message",
  }),
);
