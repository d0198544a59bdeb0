/** API Gateway ends a connection after two hours; its traces may outlive it by ten minutes. */
export const CONNECTION_LIFETIME_MS = (2 * 60 + 10) * 60_000;

/** When what is needed until then may go: the first whole second at or after `ms`, both since the epoch. */
export function expirySeconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
