import type { FanOutSettings, JwtSettings, Settings } from "../core/settings";
import { ENV } from "./env";
import { limitSettings } from "./limit-settings";

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
      return millisecondsIn(env, ENV.pingIntervalSeconds);
    },
    get pingTimeoutMs() {
      return millisecondsIn(env, ENV.pingTimeoutSeconds);
    },
    get connectTimeoutMs() {
      return millisecondsIn(env, ENV.connectTimeoutSeconds);
    },
    get recoveryWindowMs() {
      return env[ENV.recoveryWindowSeconds] === undefined
        ? 0
        : millisecondsIn(env, ENV.recoveryWindowSeconds);
    },
    get maxPayloadBytes() {
      return numberIn(env, ENV.maxPayloadBytes);
    },
    get limits() {
      return limitSettings(env);
    },
    get listenerTimeoutMs() {
      return millisecondsIn(env, ENV.listenerTimeoutSeconds);
    },
    get jwt() {
      return jwtSettings(env);
    },
  };
}

/** A fifth of a second's work of one Lambda: what starting others takes. */
export const MAX_INLINE_POSTS = 1_000;

export function readFanOutSettings(env: Environment): FanOutSettings {
  return {
    get postsPerSecond() {
      return numberIn(env, ENV.deliveryRate);
    },
    get maxInlinePosts() {
      return env[ENV.maxInlinePosts] === undefined ? MAX_INLINE_POSTS : numberIn(env, ENV.maxInlinePosts);
    },
  };
}

function jwtSettings(env: Environment): JwtSettings {
  const names = (name: string) => (env[name] === undefined ? undefined : namesIn(env, name));
  const tolerance = ENV.jwtClockToleranceSeconds;
  return {
    jwksUrl: env[ENV.jwksUrl],
    issuer: names(ENV.jwtIssuer),
    audience: names(ENV.jwtAudience),
    algorithms: names(ENV.jwtAlgorithms),
    clockToleranceSeconds: env[tolerance] === undefined ? undefined : numberIn(env, tolerance),
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

export function millisecondsIn(env: Environment, name: string): number {
  return Math.round(1000 * numberIn(env, name));
}

function namesIn(env: Environment, name: string): readonly string[] {
  const value: unknown = JSON.parse(textIn(env, name));
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`environment variable ${name}: expected a JSON array of strings`);
}
