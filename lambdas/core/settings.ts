/** What the construct sets, in the units of the code. */
export interface Settings {
  /** Origins that may connect, or `["*"]`. A request without an Origin header is no browser's and may. */
  readonly allowedOrigins: readonly string[];
  /** Request headers that the handshake keeps, in lower case. */
  readonly handshakeHeaders: readonly string[];
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly maxPayloadBytes: number;
  /** Where `jwt()` finds keys when it is given neither a secret nor a URL of its own. */
  readonly jwksUrl?: string;
  /** Below API Gateway's integration timeout of 29 s. */
  readonly listenerTimeoutMs: number;
}
