import type { LoadedConnection } from "../records";

/** Where a pattern admits any number: all sockets of a connection are read with each of its messages. */
export const MAX_NAMESPACES = 100;

/** What a client hears that asks for one more, where its protocol has a place for it. */
export const NAMESPACES_REFUSAL = {
  message: `more than ${MAX_NAMESPACES} namespaces on one connection`,
  data: { code: "too_many_namespaces", limit: MAX_NAMESPACES },
} as const;

/** Those that were left count, since their names are kept: a client that leaves ever new ones ends here, too. */
export function isOneTooMany({ connection, sockets }: LoadedConnection, namespace: string): boolean {
  const known = new Set(connection.leftNamespaces);
  for (const socket of sockets) known.add(socket.namespace);
  return known.size >= MAX_NAMESPACES && !known.has(namespace);
}
