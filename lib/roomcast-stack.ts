import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Roomcast } from "./roomcast";
import type { RoomcastProps } from "./roomcast-props";

export interface RoomcastStackProps extends StackProps {
  /**
   * @default - the service's own defaults
   */
  readonly roomcast?: RoomcastProps;
}

/** The service as a stack of its own; the outputs say how to reach it. */
export class RoomcastStack extends Stack {
  readonly roomcast: Roomcast;

  constructor(scope: Construct, id: string, props: RoomcastStackProps = {}) {
    const { roomcast, ...stackProps } = props;
    super(scope, id, stackProps);
    this.roomcast = new Roomcast(this, "Service", roomcast);

    this.output("WebSocketUrl", "Where clients connect", this.roomcast.webSocketUrl);
    this.output("CallbackUrl", "The endpoint of @connections", this.roomcast.callbackUrl);
    this.output("PushFunctionName", "What backends invoke", this.roomcast.pushFunction.functionName);
    this.output("TableName", "Who is connected", this.roomcast.tableName);
    if (this.roomcast.jwtSecret) {
      this.output("JwtSecretArn", "The key that signs tokens", this.roomcast.jwtSecret.secretArn);
    }
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
