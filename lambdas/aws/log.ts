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
  const line = JSON.stringify({ level, message, ...details }, describeError);
  if (level === "ERROR") console.error(line);
  else console.warn(line);
}

/** Errors have no enumerable members of their own. Only what says where it went wrong: no payloads. */
function describeError(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, cause };
}
