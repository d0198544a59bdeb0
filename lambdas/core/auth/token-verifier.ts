import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import type { SecretSource } from "../ports";
import type { JwtSettings } from "../settings";
import { algorithmsFor } from "./token-algorithms";
import { faultOf, type TokenFault } from "./token-faults";

/** The claims, or what is wrong with the token; throws when tokens cannot be verified at all. */
export type VerifyToken = (token: string) => Promise<VerifiedClaims | TokenFault>;

export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly exp: number };

/** What verifies: a secret of its own, a key set, or the service's secret. */
export interface TokenKeys extends JwtSettings {
  readonly secret?: string;
  readonly secrets: SecretSource;
}

/** Clocks differ; jose's own default is none. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** An identity provider that hangs must not hang the CONNECT with it. */
const JWKS_TIMEOUT_MS = 2_000;

/** A token of an unknown key has the key set fetched again if it is older than this. */
const JWKS_RECHECK_MS = 30_000;

/** @throws Error when no token could ever be verified: the URL or an algorithm is none. */
export function tokenVerifier(keys: TokenKeys): VerifyToken {
  const verify = keys.jwksUrl === undefined ? secretVerifier(keys) : remoteVerifier(keys, keys.jwksUrl);
  return async (token) => {
    try {
      return withUser(await verify(token));
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      return fault;
    }
  };
}

type Verify = (token: string) => Promise<JWTPayload>;

function remoteVerifier(keys: TokenKeys, url: string): Verify {
  const options = verifyOptions(keys, algorithmsFor("jwks", keys.algorithms));
  const keySet = createRemoteJWKSet(new URL(url), {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cooldownDuration: JWKS_RECHECK_MS,
  });
  return async (token) => (await jwtVerify(token, keySet, options)).payload;
}

/** The values that are known first; asked for anew, once, when the token is signed by none of them. */
function secretVerifier(keys: TokenKeys): Verify {
  const { secret, secrets } = keys;
  const options = verifyOptions(keys, algorithmsFor("secret", keys.algorithms));
  if (secret !== undefined) return (token) => verifyWithAny(token, [secret], options);
  return async (token) => {
    const known = await secrets.current();
    try {
      return await verifyWithAny(token, known, options);
    } catch (error) {
      if (!isForeign(error)) throw error;
      const renewed = await secrets.current(true);
      if (renewed === known) throw error;
      return verifyWithAny(token, renewed, options);
    }
  };
}

/** During a rotation two secrets are good. */
async function verifyWithAny(
  token: string,
  secrets: readonly string[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let failure: unknown = new Error("jwt(): the secret has no value");
  for (const secret of secrets) {
    try {
      return (await jwtVerify(token, new TextEncoder().encode(secret), options)).payload;
    } catch (error) {
      if (!isForeign(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function isForeign(error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed;
}

function verifyOptions(keys: TokenKeys, algorithms: string[]): JWTVerifyOptions {
  const { issuer, audience, clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS } = keys;
  return {
    algorithms,
    issuer: listOf(issuer),
    audience: listOf(audience),
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ["sub", "exp"],
  };
}

function listOf(value: string | readonly string[] | undefined): string[] | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? [value] : [...value];
}

/** jose looks that the claims are there and that `exp` is a number; `sub` may be anything. */
function withUser(claims: JWTPayload): VerifiedClaims {
  const { sub, exp } = claims;
  if (typeof sub === "string" && sub !== "" && exp !== undefined) return { ...claims, sub, exp };
  throw new errors.JWTClaimValidationFailed('"sub" claim must be a string', claims, "sub", "check_failed");
}
