import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { bundle } from "./bundle";

export interface ServiceFunctionProps {
  /** The name of a file in `lambdas/`, without its extension. */
  readonly entry: string;
  readonly app: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly environment: Readonly<Record<string, string>>;
  /** For asynchronous invocations: how often and until when a failed one is repeated. */
  readonly retryAttempts?: number;
  readonly maxEventAge?: Duration;
}

/** One of the service's Lambdas, with its log group. */
export class ServiceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { entry, app, logRetention, removalPolicy, environment, ...rest } = props;
    super(scope, id, {
      ...rest,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundle({ entry, app }),
      handler: "index.handler",
      environment: { NODE_OPTIONS: "--enable-source-maps", ...environment },
      logGroup: new LogGroup(scope, `${id}Logs`, { retention: logRetention, removalPolicy }),
    });
  }

  /** In a policy of its own: the role's default policy, which the function depends on, would depend on it. */
  grantInvokeItself(): void {
    const statement = new PolicyStatement({
      actions: ["lambda:InvokeFunction"],
      resources: [this.functionArn],
    });
    const policy = new Policy(this, "InvokeItself", { statements: [statement] });
    if (this.role) policy.attachToRole(this.role);
  }
}
