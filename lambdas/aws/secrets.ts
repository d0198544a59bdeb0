import type { SecretSource } from "../core/ports";
import type { KeepAlive } from "./keep-alive";

/** How long a value is used without asking again. */
const MAX_AGE_MS = 5 * 60_000;
const STAGES = ["AWSCURRENT", "AWSPREVIOUS"] as const;

/**
 * A token that fits no known value may be signed by one that was rotated in a moment ago, or by a stranger, as
 * often as he likes: so often its verification asks again, at most.
 */
const RECHECK_MS = 10_000;

/** A request takes some 20 ms, and a client waits for its CONNECT meanwhile. */
const REQUEST_TIMEOUT_MS = 2_000;

interface Fetched {
  readonly values: readonly string[];
  readonly at: number;
}

/**
 * The current and the previous version of a secret, fetched when first asked for: an environment that sees
 * no CONNECT pays nothing. The client is loaded then, too. A fetch that fails leaves what is known as it is.
 */
export function createSecretSource(
  secretArn: string | undefined,
  keepAlive: KeepAlive,
  now: () => number,
): SecretSource {
  let known: Fetched | undefined;
  let fetching: Promise<Fetched> | undefined;
  let recheckedAt = -Infinity;
  const fetch = async (arn: string): Promise<Fetched> => {
    const at = now();
    known = { values: await fetchVersions(arn, keepAlive), at };
    return known;
  };
  return {
    current: async (recheck = false) => {
      if (secretArn === undefined) throw new Error("there is no JWT secret: give jwt() one");
      const isStale = !known || now() - known.at >= MAX_AGE_MS;
      const mayRecheck = recheck && now() - recheckedAt >= RECHECK_MS;
      if (known && !isStale && !mayRecheck) return known.values;
      if (mayRecheck) recheckedAt = now();
      // All that ask at once share a fetch.
      fetching ??= fetch(secretArn).finally(() => {
        fetching = undefined;
      });
      return (await fetching).values;
    },
  };
}

async function fetchVersions(SecretId: string, keepAlive: KeepAlive): Promise<readonly string[]> {
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import(
    "@aws-sdk/client-secrets-manager"
  );
  const client = new SecretsManagerClient({
    requestHandler: keepAlive.requestHandler(REQUEST_TIMEOUT_MS),
  });
  const fetchVersion = async (VersionStage: (typeof STAGES)[number]) => {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
    } catch (error) {
      // A secret that was never rotated has no previous version.
      if (VersionStage === "AWSPREVIOUS" && error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  const versions = await Promise.all(STAGES.map(fetchVersion));
  return versions.filter((value) => value !== undefined);
}
