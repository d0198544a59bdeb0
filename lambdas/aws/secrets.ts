import type { SecretSource } from "../core/ports";
import type { KeepAlive } from "./keep-alive";

/** A rotation reaches every environment within this. */
const CACHED_MS = 5 * 60_000;
const REQUEST_TIMEOUT_MS = 2_000;
const STAGES = ["AWSCURRENT", "AWSPREVIOUS"] as const;

/**
 * The current and the previous version of a secret, fetched when first asked for: an environment that sees
 * no CONNECT pays nothing. The client is loaded then, too.
 */
export function createSecretSource(
  secretArn: string | undefined,
  keepAlive: KeepAlive,
  now: () => number,
): SecretSource {
  let cached: { readonly values: Promise<readonly string[]>; readonly until: number } | undefined;
  return {
    current: () => {
      if (secretArn === undefined) return Promise.reject(new Error("there is no JWT secret: give jwt() one"));
      if (cached && now() < cached.until) return cached.values;
      const values = fetchVersions(secretArn, keepAlive);
      const entry = { values, until: now() + CACHED_MS };
      cached = entry;
      // What failed is asked for again at the next CONNECT.
      values.catch(() => {
        if (cached === entry) cached = undefined;
      });
      return values;
    },
  };
}

async function fetchVersions(SecretId: string, keepAlive: KeepAlive): Promise<readonly string[]> {
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import(
    "@aws-sdk/client-secrets-manager"
  );
  const client = new SecretsManagerClient({ requestHandler: keepAlive.requestHandler(REQUEST_TIMEOUT_MS) });
  const versions = await Promise.all(
    STAGES.map(async (VersionStage) => {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
      } catch (error) {
        // A secret that was never rotated has no previous version.
        if (VersionStage === "AWSPREVIOUS" && error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    }),
  );
  return versions.filter((value) => value !== undefined);
}
