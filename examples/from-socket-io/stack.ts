import { join } from "node:path";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { Roomcast } from "roomcast/cdk";

export interface ShopRealtimeProps extends StackProps {
  /** Who serves the HTTP routes. */
  readonly backend: IGrantable;
}

export class ShopRealtime extends Stack {
  constructor(scope: Construct, id: string, props: ShopRealtimeProps) {
    super(scope, id, props);
    const roomcast = new Roomcast(this, "Roomcast", {
      app: join(__dirname, "app.ts"),
      allowedOrigins: ["https://shop.example"],
      jwt: { secret: Secret.fromSecretNameV2(this, "JwtSecret", "shop/jwt") },
    });
    roomcast.grantPush(props.backend);
    new CfnOutput(this, "PushFunctionName", { value: roomcast.pushFunction.functionName });
    new CfnOutput(this, "WebSocketUrl", { value: roomcast.webSocketUrl });
  }
}
