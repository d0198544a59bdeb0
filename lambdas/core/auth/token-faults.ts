import { errors } from "jose";

/** What is wrong with a token, as its bearer is told. */
export type TokenFault = "token_expired" | "token_invalid";

/** What a client can be blamed for. jose throws JOSEErrors for key sets that are broken or away, too. */
const INVALID = [
  errors.JWTInvalid,
  errors.JWTClaimValidationFailed,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/** `undefined` when it is not the token's. */
export function faultOf(error: unknown): TokenFault | undefined {
  if (error instanceof errors.JWTExpired) return "token_expired";
  return INVALID.some((fault) => error instanceof fault) ? "token_invalid" : undefined;
}
