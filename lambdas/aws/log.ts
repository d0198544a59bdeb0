import type { Log } from "../core/ports";

/** One JSON object a line, which CloudWatch Logs Insights reads by field. */
export const consoleLog: Log = {
  warn: (message, details) => write("WARN", message, details),
  error: (message, details) => write("ERROR", message, details),
};

function write(
  level: "WARN" | "ERROR",
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): void {
  const line = encode({ level, message, ...details });
  if (level === "ERROR") console.error(line);
  else console.warn(line);
}

/** A log that throws would turn one trouble into another. */
function encode(entry: { readonly level: string; readonly message: string }): string {
  try {
    return JSON.stringify(entry, describe);
  } catch (error) {
    const { level, message } = entry;
    return JSON.stringify({ level, message, unloggable: String(error) });
  }
}

/**
 * Errors have no enumerable members of their own. Of what was thrown, only what says where it went wrong: an
 * object that is no Error may hold anything, a payload or a token.
 */
function describe(key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return { name, message, stack, cause: cause instanceof Error ? cause : undefined };
  }
  return key === "error" && typeof value === "object" && value !== null ? "no Error, but an object" : value;
}
