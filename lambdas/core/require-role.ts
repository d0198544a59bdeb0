import type { ConnectError, Next, Socket } from "./api";

/**
 * Middleware that admits sockets whose claims have the role: `role` equal to it, or `roles` with it.
 * Everyone else, and every socket without claims, gets the connect error `Unauthorized`. It stands behind
 * `jwt()` on the same namespace.
 */
export function requireRole(
  role: string,
): <C2S, S2C, Data>(socket: Socket<C2S, S2C, Data>, next: Next) => void {
  return ({ claims }, next) => next(hasRole(claims, role) ? undefined : forbidden(role));
}

function hasRole(claims: Readonly<Record<string, unknown>> | undefined, role: string): boolean {
  if (!claims) return false;
  return claims.role === role || (Array.isArray(claims.roles) && claims.roles.includes(role));
}

function forbidden(role: string): ConnectError {
  return Object.assign(new Error("Unauthorized"), { data: { code: "role_missing", role, status: 403 } });
}
