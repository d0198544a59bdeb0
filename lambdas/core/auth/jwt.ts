import type { ConnectError, Next, Socket } from "../api/api";
import { RuntimeSocket } from "../api/socket";
import type { Services } from "../services";
import type { TokenAlgorithm } from "./token-algorithms";
import type { TokenFault } from "./token-faults";
import type { VerifyToken } from "./token-verifier";

/**
 * With neither `secret` nor `jwksUrl`, tokens are verified as the construct's `jwt` prop says, and each
 * option here replaces that of the prop. With one of the two, the construct's are not looked at: its issuer
 * is not that of other keys.
 */
export interface JwtOptions {
  /** The shared secret of HS256, HS384 and HS512 tokens. @default - the secret that the construct made or was given */
  readonly secret?: string;
  /** Where the issuer publishes its public keys, a JSON Web Key Set. @default - the construct's `jwt.jwksUrl` */
  readonly jwksUrl?: string;
  /** The `iss` that a token must have, or several of which it must have one. @default - any */
  readonly issuer?: string | readonly string[];
  /** The `aud` that a token must have, or several of which it must have one. @default - any */
  readonly audience?: string | readonly string[];
  /** By how much the issuer's clock may differ, for `exp` and `nbf`. @default 5 */
  readonly clockToleranceSeconds?: number;
  /** The algorithms that a token may be signed with. @default - all that fit the kind of key, never `none` */
  readonly algorithms?: readonly TokenAlgorithm[];
}

/**
 * Middleware that admits clients with a valid JWT in `auth.token` (`{auth: {token}}`, or at the upgrade, of
 * a plain JSON client). The token must have `sub`, which becomes `socket.userId`, and `exp`; its claims
 * become `socket.claims`. The token itself is dropped.
 *
 * Everyone else gets the connect error `Unauthorized` with `data.code`: `token_missing`, `token_expired`
 * or `token_invalid`. When tokens cannot be verified at all (the key set or the secret is out of reach), the
 * error is `Authentication is unavailable` with the code `unavailable`, and the reason is logged.
 *
 * @throws Error when `secret` and `jwksUrl` are both given.
 */
export function jwt(
  options: JwtOptions = {},
): <C2S, S2C, Data>(socket: Socket<C2S, S2C, Data>, next: Next) => Promise<void> {
  if (options.secret !== undefined && options.jwksUrl !== undefined) {
    throw new Error("jwt(): expected secret or jwksUrl, got both");
  }
  let verifier: Promise<VerifyToken> | undefined;
  return async (socket, next) => {
    const runtime: unknown = socket;
    if (!(runtime instanceof RuntimeSocket)) throw new TypeError("jwt(): expected a socket of this server");
    const session = RuntimeSocket.sessionOf(runtime);
    if (!session.admission) throw new Error("jwt() is connection middleware: io.use(jwt())");
    const { token } = runtime.handshake.auth;
    if (typeof token !== "string" || token === "") return next(unauthorized("token_missing"));
    try {
      verifier ??= verifierOf(options, session.services);
      const verify = await verifier;
      const claims = await verify(token);
      if (typeof claims === "string") return next(unauthorized(claims));
      session.admission = { userId: claims.sub, claims, tokenExpiresAt: claims.exp };
    } catch (error) {
      return next(unavailable(error, session.services));
    }
    next();
  };
}

/** Loaded with the first token: most packets bring none, and it takes jose with it. */
async function verifierOf(options: JwtOptions, { secrets, settings }: Services): Promise<VerifyToken> {
  const { tokenVerifier } = await import("./token-verifier");
  const hasOwnKeys = options.secret !== undefined || options.jwksUrl !== undefined;
  return tokenVerifier({ ...(hasOwnKeys ? {} : settings.jwt), ...given(options), secrets });
}

function given(options: JwtOptions): JwtOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Ours, and the client may try again. */
function unavailable(error: unknown, { log }: Services): ConnectError {
  log.error("jwt(): tokens cannot be verified", { error });
  return Object.assign(new Error("Authentication is unavailable"), {
    data: { code: "unavailable", status: 503 },
  });
}

function unauthorized(code: "token_missing" | TokenFault): ConnectError {
  return Object.assign(new Error("Unauthorized"), { data: { code } });
}
