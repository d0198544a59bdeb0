/**
 * The algorithms of each kind of key. They never mix: a public key that is taken for a shared secret lets
 * anybody sign, and `none` is in neither list.
 */
export const ALGORITHMS = {
  secret: ["HS256", "HS384", "HS512"],
  jwks: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
} as const;

export type KeyKind = keyof typeof ALGORITHMS;
export type TokenAlgorithm = (typeof ALGORITHMS)[KeyKind][number];

/**
 * The pinned algorithms, or all of the kind of key.
 *
 * @throws Error that names an algorithm which is not of that kind: nothing could be verified with it.
 */
export function algorithmsFor(kind: KeyKind, pinned: readonly string[] = ALGORITHMS[kind]): string[] {
  const known: readonly string[] = ALGORITHMS[kind];
  const stranger = pinned.find((name) => !known.includes(name));
  if (stranger === undefined && pinned.length > 0) return [...pinned];
  const got = stranger === undefined ? "none at all" : JSON.stringify(stranger);
  throw new Error(`jwt(): algorithms: expected ${known.join(", ")} with a ${NAMES[kind]}, got ${got}`);
}

const NAMES = { secret: "secret", jwks: "JWKS URL" } as const satisfies Record<KeyKind, string>;
