/**
 * The names of the environment variables through which the construct configures the Lambdas: all that
 * `lib/` knows of `lambdas/`.
 */
export const ENV = {
  tableName: "ROOMCAST_TABLE",
  /** The stage's callback URL, `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  callbackUrl: "ROOMCAST_CALLBACK_URL",
  openFunction: "ROOMCAST_OPEN_FUNCTION",
  disconnectFunction: "ROOMCAST_DISCONNECT_FUNCTION",
  /** JSON array of origins, or `["*"]`. */
  allowedOrigins: "ROOMCAST_ALLOWED_ORIGINS",
  /** JSON array of the request headers, in lower case, that `socket.handshake.headers` keeps. */
  handshakeHeaders: "ROOMCAST_HANDSHAKE_HEADERS",
  /** One of the two says whose tokens `jwt()` accepts. */
  jwtSecretArn: "ROOMCAST_JWT_SECRET_ARN",
  jwksUrl: "ROOMCAST_JWKS_URL",
  /** What else a token must be, where the construct says so: JSON arrays of strings, and seconds. */
  jwtIssuer: "ROOMCAST_JWT_ISSUER",
  jwtAudience: "ROOMCAST_JWT_AUDIENCE",
  jwtAlgorithms: "ROOMCAST_JWT_ALGORITHMS",
  jwtClockToleranceSeconds: "ROOMCAST_JWT_CLOCK_TOLERANCE_SECONDS",
  /** Intervals may be fractions. */
  pingIntervalSeconds: "ROOMCAST_PING_INTERVAL_SECONDS",
  pingTimeoutSeconds: "ROOMCAST_PING_TIMEOUT_SECONDS",
  connectTimeoutSeconds: "ROOMCAST_CONNECT_TIMEOUT_SECONDS",
  maxPayloadBytes: "ROOMCAST_MAX_PAYLOAD_BYTES",
  listenerTimeoutSeconds: "ROOMCAST_LISTENER_TIMEOUT_SECONDS",
  maxRoomsPerSocket: "ROOMCAST_MAX_ROOMS_PER_SOCKET",
} as const;
