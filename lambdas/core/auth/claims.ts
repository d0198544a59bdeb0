/**
 * What a verified token says, `socket.claims`. The registered claims have their types (RFC 7519); of
 * anything else the issuer decides, and so it is `unknown` until it was looked at.
 */
export interface Claims {
  readonly sub?: string;
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly jti?: string;
  /** Seconds since the epoch, as are the other two. */
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly [name: string]: unknown;
}
