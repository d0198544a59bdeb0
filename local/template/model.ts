import type { MappingTemplate } from "../gateway/mapping-template";
import type { Policy } from "../policy";

/** What local AWS runs: the resources of a synthesized template that matter, with every intrinsic resolved. */
export interface Model {
  readonly apis: readonly WebSocketApi[];
  readonly functions: readonly LambdaFunction[];
  readonly tables: readonly Table[];
  readonly secrets: readonly Secret[];
  readonly schedules: readonly Schedule[];
  readonly queues: readonly Queue[];
  readonly eventSources: readonly EventSource[];
  readonly outputs: Readonly<Record<string, string>>;
}

export interface WebSocketApi {
  readonly apiId: string;
  readonly stage: Stage;
  /** `\$default` (static), `$request.body.action` or alike. */
  readonly routeSelectionExpression: string;
  /** By route key. */
  readonly routes: Readonly<Record<string, Route>>;
}

export interface Stage {
  readonly name: string;
  readonly throttling?: Throttling;
  readonly routeThrottling: Readonly<Record<string, Throttling>>;
}

export interface Throttling {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface Route {
  readonly key: string;
  /** Empty where the route sends to a queue. */
  readonly functionArn: string;
  readonly queue?: QueueIntegration;
  /** The route has a route response: what the function returns is sent to the client. */
  readonly answers: boolean;
  /** A permission lets API Gateway invoke the function for this route. */
  readonly permitted: boolean;
  readonly timeoutMs: number;
}

/** An AWS integration with SQS's SendMessage. */
export interface QueueIntegration {
  readonly queueArn: string;
  readonly requestBody: MappingTemplate;
  /** Of the integration's role. */
  readonly policy: Policy;
}

export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Directory of the bundle. */
  readonly codePath: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly reservedConcurrency?: number;
  readonly allowsRecursion: boolean;
  readonly async: AsyncSettings;
  /** Of its role: what the function may do. */
  readonly policy: Policy;
}

export interface AsyncSettings {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
}

export interface Table {
  readonly name: string;
  readonly ttlAttribute?: string;
  readonly keyAttributes: readonly string[];
  /** The input of CreateTable. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface Secret {
  readonly logicalId: string;
  readonly arn: string;
  readonly name: string;
  readonly value?: string;
  readonly generate?: Readonly<Record<string, unknown>>;
}

export interface Schedule {
  readonly arn: string;
  readonly functionArn: string;
  readonly everyMinutes: number;
  /** The event; without it the function gets EventBridge's own. */
  readonly input?: string;
  readonly permitted: boolean;
}

export interface Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visibilitySeconds: number;
  /** Where a message goes that was received more often than that. */
  readonly redrive?: { readonly arn: string; readonly maxReceiveCount: number };
}

export interface EventSource {
  readonly queueArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  /** The function's answer names the messages that failed. */
  readonly reportsFailures: boolean;
  readonly isEnabled: boolean;
  /** Of the function's role. */
  readonly policy: Policy;
}
