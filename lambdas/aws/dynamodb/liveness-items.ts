import { shardOf } from "../../core/heartbeat/shards";
import type { Liveness } from "../../core/records";
import { type Expiring, expiresAt } from "./items";
import type { Key } from "./keys";
import type { Item } from "./table";

/**
 * One partition takes 1,000 writes a second. An account may have 500 new connections and 10,000 requests a
 * second, pings and pongs among them: 16 take more, and are few enough to be read each minute for nobody.
 */
export const LIVENESS_SHARDS = 16;

export type LivenessItem = Expiring & Omit<Liveness, "connectionId">;

/** What changes; nobody changes the rest. */
export const LIVENESS_STATE = [
  "greetedAt",
  "admittedAt",
  "pingedAt",
  "seen",
  "tokenExpiresAt",
  "closedAt",
] as const;

export function livenessPartition(shard: number): string {
  return `BEAT#${shard}`;
}

export function livenessKey(connectionId: string): Key {
  return { pk: livenessPartition(shardOf(connectionId, LIVENESS_SHARDS)), sk: connectionId };
}

export function livenessItem({ connectionId, ...rest }: Liveness): Item {
  return { ...livenessKey(connectionId), ...rest, expiresAt: expiresAt(rest) };
}

export function livenessRecord({ pk: _, sk, expiresAt: __, ...rest }: LivenessItem): Liveness {
  return { connectionId: sk, ...rest };
}
