import type { CheckReport } from "../check/check-table";

/** What a connection has as long as it is there. Everything else has a time of its own, and ends by TTL. */
const OF_CONNECTIONS = ["connection", "socket", "handshake", "part", "membership", "liveness"];

/** What should not be there when everybody has gone: a line for each item. */
export function remains({ items, contradictions, inFlight, expired }: CheckReport): readonly string[] {
  const findings = [...contradictions, ...inFlight].map(
    ({ what, key, says }) => `${what}: ${key.pk} ${key.sk}: ${says}`,
  );
  const left = OF_CONNECTIONS.flatMap((kind) =>
    Array.from({ length: (items[kind] ?? 0) - (expired[kind] ?? 0) }, () => `a ${kind} is left`),
  );
  return [...findings, ...left];
}
