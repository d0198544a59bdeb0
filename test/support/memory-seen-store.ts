import type { SeenStore } from "../../lambdas/core/ports";
import { parseMarked, stringifyMarked } from "../../lambdas/protocol/binary-json";

const MAX_ANSWER_BYTES = 16_384;

interface Seen {
  readonly attempt: string;
  readonly claimedUntil: number;
  readonly expiresAt: number;
  answer?: string;
}

/** `SeenStore` over a Map. */
export function memorySeenStore(now: () => number): SeenStore {
  const known = new Map<string, Seen>();
  return {
    claim: async ({ key, id }, { leaseMs, ttlSeconds }) => {
      const seen = known.get(key);
      const isHeld = seen !== undefined && (seen.answer !== undefined || seen.claimedUntil > now());
      if (seen && isHeld && seen.expiresAt > now() && (seen.attempt !== id || seen.answer !== undefined)) {
        if (seen.answer === undefined) return { status: "running" };
        return { status: "done", answer: parseMarked(seen.answer, seen.attempt) as unknown[] };
      }
      const expiresAt = now() + Math.max(leaseMs, 1_000 * ttlSeconds);
      known.set(key, { attempt: id, claimedUntil: now() + leaseMs, expiresAt });
      return { status: "claimed" };
    },
    finish: async ({ key, id }, answer) => {
      const seen = known.get(key);
      if (seen?.attempt !== id) return false;
      const text = stringifyMarked(answer, id);
      seen.answer = Buffer.byteLength(text) <= MAX_ANSWER_BYTES ? text : "[]";
      return true;
    },
    release: async ({ key, id }) => {
      const seen = known.get(key);
      if (seen?.attempt === id && seen.answer === undefined) known.delete(key);
    },
  };
}
