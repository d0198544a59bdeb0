import type { SecretSource } from "../core/ports";
import type { KeepAlive } from "./keep-alive";
import { createServiceClient, type ServiceClient, ServiceError } from "./service-requests";

/** How long a value is used without asking again. */
const MAX_AGE_MS = 5 * 60_000;
const STAGES = ["AWSCURRENT", "AWSPREVIOUS"] as const;

/**
 * A token that fits no known value may be signed by one that was rotated in a moment ago, or by a stranger, as
 * often as he likes: so often its verification asks again, at most.
 */
const RECHECK_MS = 10_000;

const HEADERS = {
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": "secretsmanager.GetSecretValue",
};

interface Fetched {
  readonly values: readonly string[];
  readonly at: number;
}

/**
 * The current and the previous version of a secret, fetched when first asked for: an environment that sees
 * no CONNECT pays nothing. A fetch that fails leaves what is known as it is.
 */
export function createSecretSource(
  secretArn: string | undefined,
  keepAlive: KeepAlive,
  now: () => number,
): SecretSource {
  const client = createServiceClient({ service: "secretsmanager", headers: HEADERS, keepAlive });
  let known: Fetched | undefined;
  let fetching: Promise<Fetched> | undefined;
  let recheckedAt = -Infinity;
  const fetch = async (arn: string): Promise<Fetched> => {
    const at = now();
    known = { values: await fetchVersions(client, arn), at };
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

async function fetchVersions(client: ServiceClient, arn: string): Promise<readonly string[]> {
  const versions = await Promise.all(STAGES.map((stage) => fetchVersion(client, arn, stage)));
  return versions.filter((value) => value !== undefined);
}

async function fetchVersion(
  client: ServiceClient,
  SecretId: string,
  VersionStage: (typeof STAGES)[number],
): Promise<string | undefined> {
  try {
    const version: unknown = JSON.parse(await client.post("/", JSON.stringify({ SecretId, VersionStage })));
    return secretStringOf(version);
  } catch (error) {
    // A secret that was never rotated has no previous version.
    const isMissing = error instanceof ServiceError && error.type === "ResourceNotFoundException";
    if (isMissing && VersionStage === "AWSPREVIOUS") return undefined;
    throw error;
  }
}

/** `undefined` for a secret that is binary. */
function secretStringOf(version: unknown): string | undefined {
  if (typeof version !== "object" || version === null || !("SecretString" in version)) return undefined;
  return typeof version.SecretString === "string" ? version.SecretString : undefined;
}
