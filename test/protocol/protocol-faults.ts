import { ProtocolError } from "../../lambdas/protocol/protocol-error";

/** The ProtocolError that `decode` throws; anything else, a success included, fails the test. */
export function faultOf(decode: () => unknown): ProtocolError {
  let decoded: unknown;
  try {
    decoded = decode();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error(`expected a ProtocolError, got ${JSON.stringify(decoded)}`);
}

/** More levels than a stack has room for, in less than the 32 KB of a frame. */
export const DEEP_JSON = "[".repeat(10_000) + "]".repeat(10_000);
