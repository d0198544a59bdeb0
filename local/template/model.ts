import type { Policy } from "../policy";

/** What local AWS runs: the resources of a synthesized template that matter, with every intrinsic resolved. */
export interface Model {
  readonly apis: readonly WebSocketApi[];
  readonly functions: readonly LambdaFunction[];
  readonly tables: readonly Table[];
  readonly secrets: readonly Secret[];
  readonly schedules: readonly Schedule[];
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
  readonly functionArn: string;
  /** The route has a route response: what the function returns is sent to the client. */
  readonly answers: boolean;
  /** A permission lets API Gateway invoke the function for this route. */
  readonly permitted: boolean;
  readonly timeoutMs: number;
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
