/**
 * What AWS limits, and how long it waits. Times in milliseconds. Tests shorten the long ones; nothing else
 * should change them, since an app that works here only with other limits fails when it is deployed.
 */
export interface Limits {
  /** API Gateway closes a WebSocket that was idle for 10 minutes, and any after 2 hours. */
  readonly idleMs: number;
  readonly lifetimeMs: number;
  readonly maxMessageBytes: number;
  readonly maxFrameBytes: number;
  /** What API Gateway keeps for a client that does not read; the size is a guess, the 429 is documented. */
  readonly maxBufferedBytes: number;
  /** Per account and region: requests and `@connections` posts together, and new connections. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  readonly connectionsPerSecond: number;
  readonly syncPayloadBytes: number;
  readonly asyncPayloadBytes: number;
  /** How long Lambda waits before it tries an asynchronous event again: the second and the third attempt. */
  readonly asyncRetryDelaysMs: readonly number[];
  /** Lambda stops a chain of invocations in which one function comes up this often. */
  readonly recursionDepth: number;
  readonly initMs: number;
  readonly scheduleMinuteMs: number;
  /** A second of SQS's visibility timeouts. */
  readonly visibilitySecondMs: number;
  /** As many as Lambda begins with. It would start more after a while. */
  readonly queuePollers: number;
  readonly ttlSweepMs: number;
  /** Of this machine, not of AWS: processes of one function, and of all functions together. */
  readonly environmentsPerFunction: number;
  readonly environments: number;
}

const KILOBYTE = 1024;
const MINUTE = 60_000;

export const AWS_LIMITS: Limits = {
  idleMs: 10 * MINUTE,
  lifetimeMs: 120 * MINUTE,
  maxMessageBytes: 128 * KILOBYTE,
  maxFrameBytes: 32 * KILOBYTE,
  maxBufferedBytes: 1024 * KILOBYTE,
  requestsPerSecond: 10_000,
  requestBurst: 5_000,
  connectionsPerSecond: 500,
  syncPayloadBytes: 6 * KILOBYTE * KILOBYTE,
  asyncPayloadBytes: KILOBYTE * KILOBYTE,
  asyncRetryDelaysMs: [MINUTE, 2 * MINUTE],
  recursionDepth: 16,
  initMs: 10_000,
  scheduleMinuteMs: MINUTE,
  visibilitySecondMs: 1_000,
  queuePollers: 5,
  ttlSweepMs: MINUTE,
  environmentsPerFunction: 4,
  environments: 10,
};
