/**
 * Names that no client may send and no application may register: the lifecycle ones above all, which
 * would otherwise let a client run `connection` and `disconnect` listeners. socket.io-parser refuses only
 * some of them.
 */
export const RESERVED_EVENTS = [
  "connection",
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
  "error",
  "new_namespace",
] as const;

const reserved: ReadonlySet<string> = new Set(RESERVED_EVENTS);

export function isReservedEvent(name: string): boolean {
  return reserved.has(name);
}
