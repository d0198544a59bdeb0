import { Names, Stack } from "aws-cdk-lib";
import { WebSocketApi, type WebSocketRouteIntegration, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { AccessLog } from "./access-log";
import type { MessageQueue } from "./message-queue";
import type { RoomcastThrottle } from "./roomcast-props";

export interface WebSocketEndpointProps {
  readonly stageName: string;
  readonly throttle: RoomcastThrottle;
  readonly accessLog: AccessLog;
}

export interface WebSocketRoutes {
  readonly connect: IFunction;
  readonly message: IFunction;
  readonly disconnect: IFunction;
}

/** The WebSocket API with its one stage. */
export class WebSocketEndpoint extends Construct {
  private readonly api: WebSocketApi;
  private readonly stage: WebSocketStage;

  constructor(scope: Construct, id: string, props: WebSocketEndpointProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, "Api", {
      apiName: Names.uniqueResourceName(this, { maxLength: 128, separator: "-" }),
      // Static: every message goes to $default, whatever is in it.
      routeSelectionExpression: "\\$default",
    });
    this.stage = new WebSocketStage(this, "Stage", {
      webSocketApi: this.api,
      stageName: props.stageName,
      autoDeploy: true,
      throttle: props.throttle,
      accessLogSettings: props.accessLog.settings,
    });
    this.stage.node.addDependency(props.accessLog);
  }

  /** `wss://…/<stage>`. */
  get url(): string {
    return this.stage.url;
  }

  /** `https://…/<stage>`, the base of `@connections`. */
  get callbackUrl(): string {
    return this.stage.callbackUrl;
  }

  /**
   * Messages go to the queue where there is one. No route has a response: it would send every message's
   * sender an answer, an empty one at best.
   */
  addRoutes(routes: WebSocketRoutes, queue?: MessageQueue): void {
    this.addRoute("$connect", new WebSocketLambdaIntegration("Connect", routes.connect));
    const message = queue?.integration() ?? new WebSocketLambdaIntegration("Message", routes.message);
    this.addRoute("$default", message);
    this.addRoute("$disconnect", new WebSocketLambdaIntegration("Disconnect", routes.disconnect));
  }

  /** To post to connections. */
  grantPost(grantee: IGrantable): Grant {
    return this.grantConnections(grantee, ["POST"]);
  }

  /** To post to connections and to close them. */
  grantPostAndClose(grantee: IGrantable): Grant {
    return this.grantConnections(grantee, ["POST", "DELETE"]);
  }

  private addRoute(routeKey: string, integration: WebSocketRouteIntegration): void {
    this.api.addRoute(routeKey, { integration });
  }

  private grantConnections(grantee: IGrantable, methods: readonly string[]): Grant {
    const resource = `${this.api.apiId}/${this.stage.stageName}`;
    return Grant.addToPrincipal({
      grantee,
      actions: ["execute-api:ManageConnections"],
      resourceArns: methods.map((method) =>
        Stack.of(this).formatArn({
          service: "execute-api",
          resource,
          resourceName: `${method}/@connections/*`,
        }),
      ),
    });
  }
}
