import { signToken } from "../../local/tokens";

export interface FuzzTokens {
  readonly good: string;
  readonly expired: string;
  readonly foreign: string;
}

/** Good until 2100, whatever time the service takes it to be. */
export async function fuzzTokens(secret: string): Promise<FuzzTokens> {
  const [good, expired, foreign] = await Promise.all([
    signToken(secret, { sub: "alice", exp: 4_102_444_800 }),
    signToken(secret, { sub: "alice", exp: 978_307_200 }),
    signToken("another secret, long enough for HS256", { sub: "alice", exp: 4_102_444_800 }),
  ]);
  return { good, expired, foreign };
}
