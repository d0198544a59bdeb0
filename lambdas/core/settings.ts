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
  readonly maxPayloadBytes: number;
  /** How `jwt()` verifies tokens when it is given neither a secret nor a URL of its own. */
  readonly jwt?: JwtSettings;
  /** Below API Gateway's integration timeout of 29 s. */
  readonly listenerTimeoutMs: number;
}

/** The construct's `jwt`; without `jwksUrl` the key is the service's secret. */
export interface JwtSettings {
  readonly jwksUrl?: string;
  readonly issuer?: string | readonly string[];
  readonly audience?: string | readonly string[];
  readonly clockToleranceSeconds?: number;
  readonly algorithms?: readonly string[];
}
