import { SignJWT } from "jose";

export interface Tokens {
  readonly alice: string;
  readonly bob: string;
  /** `ada`, with the role `admin`. */
  readonly admin: string;
}

const LIFETIME = "12h";

/** Tokens to try the service with, signed (HS256) with the secret that it verifies with. */
export async function demoTokens(secret: string): Promise<Tokens> {
  const [alice, bob, admin] = await Promise.all([
    signToken(secret, { sub: "alice" }),
    signToken(secret, { sub: "bob" }),
    signToken(secret, { sub: "ada", role: "admin" }),
  ]);
  return { alice, bob, admin };
}

/** `claims` may have an `exp` of their own (seconds since the epoch); otherwise the token is good for 12 hours. */
export function signToken(secret: string, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: "HS256" }).setIssuedAt();
  if (claims.exp === undefined) token.setExpirationTime(LIFETIME);
  return token.sign(new TextEncoder().encode(secret));
}
