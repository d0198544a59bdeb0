import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { ConnectError, Next, Socket } from "./api";
import type { Services } from "./services";
import { RuntimeSocket } from "./socket";

export interface JwtOptions {
  /** The shared secret of HS256 tokens. @default the secret that the construct made or was given */
  readonly secret?: string;
  /** Where the issuer publishes its keys. @default the construct's `jwt.jwksUrl` */
  readonly jwksUrl?: string;
}

/** Pinned by the kind of key: a public key must never be taken for a shared secret. */
const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];
const JWKS_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/** Clocks differ; jose's own default is none. */
const CLOCK_TOLERANCE_SECONDS = 5;
const JWKS_TIMEOUT_MS = 2_000;

/** What jose throws for a token; all else, a key set that does not answer for one, is no fault of the client. */
const BAD_TOKEN = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
] as const;

type Verify = (token: string) => Promise<JWTPayload>;

/**
 * Middleware that admits clients with a valid JWT in `auth.token` (`{auth: {token}}`, or at the upgrade, of
 * a plain JSON client). The token must have `sub`, which becomes `socket.userId`, and `exp`; its claims
 * become `socket.claims`. The token itself is dropped.
 *
 * Everyone else gets the connect error `Unauthorized` with `data.code`: `token_missing`, `token_expired`
 * or `token_invalid`.
 */
export function jwt(
  options: JwtOptions = {},
): <C2S, S2C, Data>(socket: Socket<C2S, S2C, Data>, next: Next) => Promise<void> {
  let verify: Verify | undefined;
  return async (socket, next) => {
    const runtime: unknown = socket;
    if (!(runtime instanceof RuntimeSocket)) throw new TypeError("jwt(): expected a socket of this server");
    const session = RuntimeSocket.sessionOf(runtime);
    if (!session.admission) throw new Error("jwt() is connection middleware: io.use(jwt())");
    const { token } = runtime.handshake.auth;
    if (typeof token !== "string" || token === "") return next(unauthorized("token_missing"));
    verify ??= verifierOf(options, session.services);
    try {
      const claims = await verify(token);
      if (typeof claims.sub !== "string" || claims.sub === "") return next(unauthorized("token_invalid"));
      session.admission = { userId: claims.sub, claims, tokenExpiresAt: claims.exp };
      next();
    } catch (error) {
      next(refusalFor(error, session.services));
    }
  };
}

function verifierOf({ secret, jwksUrl }: JwtOptions, { secrets, settings }: Services): Verify {
  const url = secret === undefined ? (jwksUrl ?? settings.jwksUrl) : undefined;
  if (url !== undefined) return remoteVerifier(url);
  return secretVerifier(secret === undefined ? () => secrets.current() : async () => [secret]);
}

function remoteVerifier(url: string): Verify {
  // An unknown key id refetches at most every 30 s (jose's cooldown), not once per token.
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (token) => (await jwtVerify(token, keys, optionsWith(JWKS_ALGORITHMS))).payload;
}

/** During a rotation two secrets are good; the newest is tried first. */
function secretVerifier(current: () => Promise<readonly string[]>): Verify {
  return async (token) => {
    let failure: unknown = new Error("jwt(): the secret has no value");
    for (const secret of await current()) {
      try {
        const key = new TextEncoder().encode(secret);
        return (await jwtVerify(token, key, optionsWith(SECRET_ALGORITHMS))).payload;
      } catch (error) {
        failure = error;
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw failure;
  };
}

function optionsWith(algorithms: string[]) {
  return { algorithms, requiredClaims: ["sub", "exp"], clockTolerance: CLOCK_TOLERANCE_SECONDS };
}

/** A bad token is the client's fault; anything else is ours, and the client may try again. */
function refusalFor(error: unknown, { log }: Services): ConnectError {
  if (error instanceof errors.JWTExpired) return unauthorized("token_expired");
  if (BAD_TOKEN.some((kind) => error instanceof kind)) return unauthorized("token_invalid");
  log.error("jwt(): tokens cannot be verified", { error });
  return Object.assign(new Error("Authentication is unavailable"), {
    data: { code: "unavailable", status: 503 },
  });
}

function unauthorized(code: "token_missing" | "token_expired" | "token_invalid"): ConnectError {
  return Object.assign(new Error("Unauthorized"), { data: { code } });
}
