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
  deliverFunction: "ROOMCAST_DELIVER_FUNCTION",
  /** Posts a second that the workers of one delivery make together. */
  deliveryRate: "ROOMCAST_DELIVERY_RATE",
  /** Posts that a function makes itself rather than have workers make them. Not set but by tests. */
  maxInlinePosts: "ROOMCAST_MAX_INLINE_POSTS",
  /** Where messages are handled in order: their queue, its visibility timeout, and where those go that are given up. */
  messageQueueUrl: "ROOMCAST_MESSAGE_QUEUE_URL",
  messageVisibilitySeconds: "ROOMCAST_MESSAGE_VISIBILITY_SECONDS",
  deadLetterQueueUrl: "ROOMCAST_DEAD_LETTER_QUEUE_URL",
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
  /** All are absent where connection state recovery is off. */
  recoveryWindowSeconds: "ROOMCAST_RECOVERY_WINDOW_SECONDS",
  recoveryLogSeconds: "ROOMCAST_RECOVERY_LOG_SECONDS",
  recoveryOverlapSeconds: "ROOMCAST_RECOVERY_OVERLAP_SECONDS",
  maxPayloadBytes: "ROOMCAST_MAX_PAYLOAD_BYTES",
  listenerTimeoutSeconds: "ROOMCAST_LISTENER_TIMEOUT_SECONDS",
  maxRoomsPerSocket: "ROOMCAST_MAX_ROOMS_PER_SOCKET",
  /** JSON object of the limits against abuse that are on, numbers. */
  limits: "ROOMCAST_LIMITS",
} as const;
