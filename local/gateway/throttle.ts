import type { Limits } from "../limits";
import type { Throttling, WebSocketApi } from "../template/model";
import { TokenBucket } from "./token-bucket";

/** The account's limits, shared by all APIs, and those that the stages set on top. */
export class Throttle {
  private readonly requests: TokenBucket;
  private readonly connections: TokenBucket;
  private readonly stages = new Map<string, TokenBucket>();

  constructor(limits: Limits) {
    this.requests = new TokenBucket(limits.requestsPerSecond, limits.requestBurst);
    this.connections = new TokenBucket(limits.connectionsPerSecond, limits.connectionsPerSecond);
  }

  takeConnection(api: WebSocketApi): boolean {
    return this.connections.take() && this.takeRequest(api, "$connect");
  }

  /** A message from a client, or a post to one. */
  takeRequest(api: WebSocketApi, routeKey: string): boolean {
    const ofRoute = api.stage.routeThrottling[routeKey] ?? api.stage.throttling;
    return this.requests.take() && (ofRoute === undefined || this.bucket(api, routeKey, ofRoute).take());
  }

  takePost(): boolean {
    return this.requests.take();
  }

  /** A deployment that changes the settings begins with a full bucket. */
  private bucket(api: WebSocketApi, routeKey: string, { ratePerSecond, burst }: Throttling): TokenBucket {
    const key = `${api.apiId}/${routeKey}/${ratePerSecond}/${burst}`;
    const bucket = this.stages.get(key) ?? new TokenBucket(ratePerSecond, burst);
    this.stages.set(key, bucket);
    return bucket;
  }
}
