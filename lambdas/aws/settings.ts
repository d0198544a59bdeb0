import type { Settings } from "../core/settings";
import { ENV } from "./env";

type Environment = Readonly<Record<string, string | undefined>>;

/** Read when asked for: each Lambda has the variables that it needs and no others. */
export function readSettings(env: Environment): Settings {
  return {
    get allowedOrigins() {
      return namesIn(env, ENV.allowedOrigins);
    },
    get handshakeHeaders() {
      return namesIn(env, ENV.handshakeHeaders);
    },
    get pingIntervalMs() {
      return 1000 * numberIn(env, ENV.pingIntervalSeconds);
    },
    get pingTimeoutMs() {
      return 1000 * numberIn(env, ENV.pingTimeoutSeconds);
    },
    get maxPayloadBytes() {
      return numberIn(env, ENV.maxPayloadBytes);
    },
    get listenerTimeoutMs() {
      return 1000 * numberIn(env, ENV.listenerTimeoutSeconds);
    },
    get jwksUrl() {
      return env[ENV.jwksUrl];
    },
  };
}

/** @throws Error that names the variable: the construct sets it, so it is missing by somebody's hand. */
export function textIn(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`environment variable ${name} is not set`);
  return value;
}

export function numberIn(env: Environment, name: string): number {
  const value = Number(textIn(env, name));
  if (!Number.isFinite(value)) throw new Error(`environment variable ${name}: expected a number`);
  return value;
}

function namesIn(env: Environment, name: string): readonly string[] {
  const value: unknown = JSON.parse(textIn(env, name));
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`environment variable ${name}: expected a JSON array of strings`);
}
