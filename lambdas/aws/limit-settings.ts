import type { LimitSettings } from "../core/settings";
import { ENV } from "./env";

/** @throws Error that names the variable. */
export function limitSettings(env: Readonly<Record<string, string | undefined>>): LimitSettings {
  const value: unknown = JSON.parse(env[ENV.limits] ?? "{}");
  if (isRecord(value) && Object.values(value).every((limit) => typeof limit === "number")) return value;
  throw new Error(`environment variable ${ENV.limits}: expected a JSON object of numbers`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
