/** What the construct sets, in the units of the code. */
export interface Settings {
  /** Origins that may connect, or `["*"]`. A request without an Origin header is no browser's and may. */
  readonly allowedOrigins: readonly string[];
  /** Request headers that the handshake keeps, in lower case. */
  readonly handshakeHeaders: readonly string[];
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** How long a connection may stay without a socket from its beginning. */
  readonly connectTimeoutMs: number;
  /** How long a socket that was dropped can be recovered; 0 where that is off. */
  readonly recoveryWindowMs: number;
  readonly maxPayloadBytes: number;
  readonly limits: LimitSettings;
  /** How `jwt()` verifies tokens when it is given neither a secret nor a URL of its own. */
  readonly jwt?: JwtSettings;
  /** Below API Gateway's integration timeout of 29 s. */
  readonly listenerTimeoutMs: number;
}

/** Limits against abuse, each by its name in the construct; one that is missing is off. */
export interface LimitSettings {
  readonly messagesPerSecond?: number;
  /** Of all of a user's connections together. */
  readonly userMessagesPerSecond?: number;
  /** In one namespace. */
  readonly socketsPerUser?: number;
  readonly eventNameBytes?: number;
  /** New ones in a minute. */
  readonly connectionsPerAddress?: number;
  /** Of those of a minute, how many may have no socket yet. */
  readonly unauthenticatedPerAddress?: number;
}

/** How events reach many. */
export interface FanOutSettings {
  /** Posts a second that all workers of one delivery make together. */
  readonly postsPerSecond: number;
  /** Up to so many posts the one who emits makes itself. */
  readonly maxInlinePosts: number;
}

/** The construct's `jwt`; without `jwksUrl` the key is the service's secret. */
export interface JwtSettings {
  readonly jwksUrl?: string;
  readonly issuer?: string | readonly string[];
  readonly audience?: string | readonly string[];
  readonly clockToleranceSeconds?: number;
  readonly algorithms?: readonly string[];
}
