import { Duration } from "aws-cdk-lib";
import { RecursiveLoop } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { ENV } from "../lambdas/aws/env";
import type { ConnectionTable } from "./connection-table";
import {
  deliveryVariables,
  fanOutVariables,
  heartbeatVariables,
  listenerVariables,
  protocolVariables,
  roomVariables,
  upgradeVariables,
  type Variables,
} from "./function-variables";
import { ServiceFunction, type ServiceFunctionProps } from "./service-function";
import type { Settings } from "./settings";
import type { TokenVerification } from "./token-verification";
import type { WebSocketEndpoint } from "./web-socket-endpoint";

export interface ServiceFunctionsProps {
  readonly settings: Settings;
  readonly table: ConnectionTable;
  readonly endpoint: WebSocketEndpoint;
  readonly tokens: TokenVerification;
}

/** API Gateway waits no longer for an answer. */
const INTEGRATION_SECONDS = 29;
const INTEGRATION_TIMEOUT = Duration.seconds(INTEGRATION_SECONDS);

/** Two messages of a connection that take their whole time; what has not begun by then is handed back. */
const BATCH_SECONDS = 60;

export function messageTimeout({ order }: Settings): Duration {
  return Duration.seconds(order === "none" ? INTEGRATION_SECONDS : BATCH_SECONDS);
}

/** The Lambdas, each with the variables and the permissions that it needs and no others. */
export class ServiceFunctions extends Construct {
  readonly deliver: ServiceFunction;
  readonly disconnect: ServiceFunction;
  readonly open: ServiceFunction;
  readonly connect: ServiceFunction;
  readonly message: ServiceFunction;
  readonly push: ServiceFunction;
  readonly heartbeat: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ServiceFunctionsProps,
  ) {
    super(scope, id);
    this.deliver = this.addDeliver();
    this.disconnect = this.addDisconnect();
    this.open = this.addOpen();
    this.connect = this.addConnect();
    this.message = this.addMessage();
    this.push = this.addPush();
    this.heartbeat = this.addHeartbeat();
  }

  /**
   * It is told who runs `disconnect` by whoever invokes it: each of the two may invoke the other, and variables
   * would refer to each other. Its own name it finds in AWS_LAMBDA_FUNCTION_NAME.
   */
  private addDeliver(): ServiceFunction {
    const deliver = this.add("Deliver", {
      entry: "deliver",
      description: "Posts a share of an event for many sockets",
      timeout: Duration.minutes(15),
      // Goes on where posts may have begun; nothing is posted twice.
      retryAttempts: 2,
      // An event that is later than that is none any more.
      maxEventAge: Duration.minutes(10),
      // A worker whose time ends invokes the next one: a chain of a dozen at most, by its own count.
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: deliveryVariables(this.props),
    });
    this.props.table.grantDelivery(deliver);
    this.props.endpoint.grantPostAndClose(deliver);
    deliver.allowToInvoke(deliver);
    return deliver;
  }

  /** It finds its own name in AWS_LAMBDA_FUNCTION_NAME: a variable would refer to the function itself. */
  private addDisconnect(): ServiceFunction {
    const disconnect = this.add("Disconnect", {
      entry: "disconnect",
      description: "Runs the disconnect listeners of closed connections and removes their traces",
      timeout: Duration.minutes(2),
      retryAttempts: 2,
      // Nearly as long as the table remembers a connection.
      maxEventAge: Duration.hours(2),
      environment: {
        ...deliveryVariables(this.props),
        ...this.emitVariables(),
        ...listenerVariables(this.props.settings),
      },
    });
    this.props.table.grantSockets(disconnect);
    this.props.endpoint.grantPostAndClose(disconnect);
    this.deliver.grantInvoke(disconnect);
    disconnect.allowToInvoke(disconnect);
    this.deliver.allowToInvoke(disconnect);
    return disconnect;
  }

  private addOpen(): ServiceFunction {
    const open = this.add("Open", {
      entry: "open",
      description: "Greets a new connection as soon as it is live",
      // It waits 20 s at most for the connection to be live, then for the listeners.
      timeout: Duration.seconds(60),
      retryAttempts: 2,
      // The least that Lambda takes; `open` itself drops what is older than 20 s.
      maxEventAge: Duration.seconds(60),
      environment: this.socketVariables(),
    });
    this.grantSockets(open);
    return open;
  }

  private addConnect(): ServiceFunction {
    const { settings, table, tokens } = this.props;
    const connect = this.add("Connect", {
      entry: "connect",
      description: "$connect: checks a new connection and stores it",
      timeout: INTEGRATION_TIMEOUT,
      environment: {
        [ENV.tableName]: table.tableName,
        [ENV.openFunction]: this.open.functionName,
        ...upgradeVariables(settings),
        ...tokens.environment,
      },
    });
    table.grantOpen(connect);
    tokens.grantRead(connect);
    this.open.grantInvoke(connect);
    return connect;
  }

  private addMessage(): ServiceFunction {
    const message = this.add("Message", {
      entry: "message",
      description: "$default: handles what a client sent",
      timeout: messageTimeout(this.props.settings),
      environment: this.socketVariables(),
    });
    this.grantSockets(message);
    return message;
  }

  private addPush(): ServiceFunction {
    const push = this.add("Push", {
      entry: "push",
      description: "Delivers a backend's events, and moves or disconnects sockets for it",
      timeout: Duration.seconds(60),
      // Invoked asynchronously and repeated after a failure, it would deliver twice.
      retryAttempts: 0,
      environment: {
        ...deliveryVariables(this.props),
        ...this.emitVariables(),
        ...roomVariables(this.props.settings),
        [ENV.disconnectFunction]: this.disconnect.functionName,
      },
    });
    this.props.table.grantOperations(push);
    this.props.endpoint.grantPostAndClose(push);
    this.disconnect.grantInvoke(push);
    this.deliver.grantInvoke(push);
    return push;
  }

  private addHeartbeat(): ServiceFunction {
    const heartbeat = this.add("Heartbeat", {
      entry: "heartbeat",
      description: "Each minute: pings connections, cuts those that do not answer",
      // A run that ticks goes on until the next has begun, for two minutes and a half at most.
      timeout: Duration.minutes(3),
      // The next minute's run does what this one could not.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
      environment: {
        ...deliveryVariables(this.props),
        ...heartbeatVariables(this.props.settings),
        [ENV.disconnectFunction]: this.disconnect.functionName,
      },
    });
    this.props.table.grantHeartbeat(heartbeat);
    this.props.endpoint.grantPost(heartbeat);
    this.disconnect.grantInvoke(heartbeat);
    return heartbeat;
  }

  private add(id: string, own: Omit<ServiceFunctionProps, keyof Settings>): ServiceFunction {
    const { app, memorySize, logRetention, removalPolicy } = this.props.settings;
    return new ServiceFunction(this, id, { app, memorySize, logRetention, removalPolicy, ...own });
  }

  /** `open` and `message` alike run middleware and listeners, and deliver what these emit. */
  private grantSockets(fn: ServiceFunction): void {
    this.props.table.grantSockets(fn);
    this.props.tokens.grantRead(fn);
    this.props.endpoint.grantPostAndClose(fn);
    this.disconnect.grantInvoke(fn);
    this.deliver.grantInvoke(fn);
  }

  private emitVariables(): Variables {
    return {
      [ENV.deliverFunction]: this.deliver.functionName,
      ...fanOutVariables(this.props.settings),
    };
  }

  private socketVariables(): Variables {
    return {
      ...deliveryVariables(this.props),
      ...this.emitVariables(),
      ...protocolVariables(this.props.settings),
      ...this.props.tokens.environment,
      [ENV.disconnectFunction]: this.disconnect.functionName,
    };
  }
}
