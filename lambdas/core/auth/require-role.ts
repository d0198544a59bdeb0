import type { ConnectError, Next, Socket } from "../api/api";

export interface RequireRoleOptions {
  /**
   * The claim with the role or the roles, such as `cognito:groups`.
   *
   * @default - `role` or `roles`
   */
  readonly claim?: string;
}

/**
 * Middleware that admits sockets whose claims have the role: the claim is equal to it, or a list with it.
 * Everyone else, and every socket without claims, gets the connect error `Unauthorized` with `data.code`
 * `role_missing`. It stands behind `jwt()` on the same namespace.
 */
export function requireRole(
  role: string,
  { claim }: RequireRoleOptions = {},
): <C2S, S2C, Data>(socket: Socket<C2S, S2C, Data>, next: Next) => void {
  const names = claim === undefined ? ["role", "roles"] : [claim];
  return ({ claims }, next) => {
    const hasRole = names.some((name) => isOrHas(claims?.[name], role));
    next(hasRole ? undefined : forbidden(role));
  };
}

function isOrHas(value: unknown, role: string): boolean {
  return value === role || (Array.isArray(value) && value.includes(role));
}

function forbidden(role: string): ConnectError {
  return Object.assign(new Error("Unauthorized"), { data: { code: "role_missing", role, status: 403 } });
}
