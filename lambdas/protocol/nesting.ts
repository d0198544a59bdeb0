import { ProtocolError } from "./protocol-error";

/**
 * How deep arrays and objects in a client's arguments may be nested. JSON.parse takes any depth, but
 * JSON.stringify, socket.io-parser and most application code recurse: 10,000 levels fit into one frame
 * and would overflow the stack of whoever echoes them.
 */
export const MAX_NESTING_DEPTH = 200;

/** @throws ProtocolError when the value is nested deeper than `MAX_NESTING_DEPTH`. */
export function checkNesting(value: unknown, field: string, id?: number | string): void {
  if (isDeeperThan(MAX_NESTING_DEPTH, value)) {
    throw new ProtocolError(
      "invalid_frame",
      `${field}: expected at most ${MAX_NESTING_DEPTH} levels of nesting, got more`,
      { field, id },
    );
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}
