import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { AccessLog } from "./access-log";
import { ConnectionTable } from "./connection-table";
import { HeartbeatSchedule } from "./heartbeat-schedule";
import { MessageQueue } from "./message-queue";
import type { RoomcastProps } from "./roomcast-props";
import { messageTimeout, ServiceFunctions } from "./service-functions";
import { type Settings, settingsOf } from "./settings";
import { TokenVerification } from "./token-verification";
import { WebSocketEndpoint } from "./web-socket-endpoint";

/** The service: a WebSocket API, its Lambdas and their table. */
export class Roomcast extends Construct {
  /** Where clients connect: `wss://…/<stage>`. */
  readonly webSocketUrl: string;
  /** The endpoint of the `@connections` API: `https://…/<stage>`. */
  readonly callbackUrl: string;
  readonly tableName: string;
  /** Backends invoke it to push; see `grantPush`. */
  readonly pushFunction: IFunction;
  /** The key of the tokens, whether given or generated; `undefined` with a JWKS URL. */
  readonly jwtSecret?: ISecret;

  /** @throws Error when a prop cannot be; it names the prop, what it must be and what was given. */
  constructor(scope: Construct, id: string, props: RoomcastProps = {}) {
    super(scope, id);
    const settings = settingsOf(props);
    const table = new ConnectionTable(this, "Connections", settings);
    const tokens = new TokenVerification(this, "Tokens", settings);
    const endpoint = this.addEndpoint(settings);
    const functions = new ServiceFunctions(this, "Functions", { settings, table, endpoint, tokens });
    endpoint.addRoutes(functions, this.addQueue(settings, functions));
    new HeartbeatSchedule(this, "Heartbeat", functions);

    this.webSocketUrl = endpoint.url;
    this.callbackUrl = endpoint.callbackUrl;
    this.tableName = table.tableName;
    this.pushFunction = functions.push;
    this.jwtSecret = tokens.secret;
  }

  /** Lets a backend push to rooms, users, sockets and everyone. */
  grantPush(grantee: IGrantable): Grant {
    return this.pushFunction.grantInvoke(grantee);
  }

  private addQueue(settings: Settings, { message }: ServiceFunctions): MessageQueue | undefined {
    if (settings.order === "none") return undefined;
    const { removalPolicy } = settings;
    const functionTimeout = messageTimeout(settings);
    const queue = new MessageQueue(this, "Queue", { functionTimeout, removalPolicy });
    queue.feed(message);
    return queue;
  }

  private addEndpoint(settings: Settings): WebSocketEndpoint {
    const accessLog = new AccessLog(this, "AccessLog", settings);
    return new WebSocketEndpoint(this, "Endpoint", { ...settings, accessLog });
  }
}
