import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Function as LambdaFunction,
  type RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
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
  readonly recursiveLoop?: RecursiveLoop;
}

/** One of the service's Lambdas, with its log group. */
export class ServiceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { entry, app, logRetention, removalPolicy, ...rest } = props;
    super(scope, id, {
      ...rest,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundle({ entry, app }),
      handler: "index.handler",
      logGroup: new LogGroup(scope, `${id}Logs`, { retention: logRetention, removalPolicy }),
    });
  }

  /**
   * To invoke itself, or one that invokes it, too: in a policy of its own. The role's default policy, which this
   * function depends on, would depend on the function.
   */
  allowToInvoke(fn: ServiceFunction): void {
    const statement = new PolicyStatement({
      actions: ["lambda:InvokeFunction"],
      resources: [fn.functionArn],
    });
    const policy = new Policy(this, `Invoke${fn.node.id}`, { statements: [statement] });
    if (this.role) policy.attachToRole(this.role);
  }
}
