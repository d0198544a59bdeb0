import type { Handshake } from "../api/api";
import type { StoredHandshake } from "../records";

/** Parameters of the two protocols themselves, and the one that is a secret. */
const NOT_STORED: ReadonlySet<string> = new Set(["token", "EIO", "transport", "t", "b64", "sid"]);

/** Chosen headers are kept up to this; a DynamoDB write is charged by the kilobyte. */
const MAX_HEADER_BYTES = 2048;

/** An upgrade request, header names in lower case. */
export interface UpgradeRequest {
  readonly connectionId: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly address: string;
}

/** What later packets may know of the upgrade: API Gateway sends headers and query only once. */
export function handshakeToStore(request: UpgradeRequest, headerNames: readonly string[]): StoredHandshake {
  const { headers, address, connectedAt } = request;
  const query = Object.fromEntries(Object.entries(request.query).filter(([name]) => !NOT_STORED.has(name)));
  return {
    query,
    headers: chosenHeaders(headers, headerNames),
    address,
    url: `/?${new URLSearchParams(query)}`,
    issued: connectedAt,
    secure: headers["x-forwarded-proto"] !== "http",
    xdomain: headers.origin !== undefined,
  };
}

/** `auth` is the client's own, of this CONNECT. */
export function handshakeOf(stored: StoredHandshake, auth: Readonly<Record<string, unknown>>): Handshake {
  return { ...stored, auth, time: new Date(stored.issued).toString() };
}

function chosenHeaders(
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  const chosen: Record<string, string> = {};
  let bytes = 0;
  for (const name of names) {
    const value = headers[name];
    if (value === undefined) continue;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (bytes <= MAX_HEADER_BYTES) chosen[name] = value;
  }
  return chosen;
}
