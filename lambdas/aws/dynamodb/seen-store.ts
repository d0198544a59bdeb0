import { expirySeconds } from "../../core/expiry";
import type { SeenStore } from "../../core/ports";
import { parseMarked, reviveBinary, stringifyMarked } from "../../protocol/binary-json";
import { type Key, seenKey } from "./keys";
import type { Table } from "./table";

/** A write is charged by the kilobyte, and an answer that was lost can be asked for in another way. */
const MAX_ANSWER_BYTES = 16_384;

type SeenItem = Key & {
  readonly attempt: string;
  /** Milliseconds since the epoch; the claim lapses then, unless the work is done. */
  readonly claimedUntil: number;
  readonly isDone: boolean;
  /** JSON of the ack's arguments, Buffers marked with `attempt`: nobody who answers knows it. */
  readonly markedAnswer?: string;
  /** Of earlier versions, in which an object could pass for a Buffer. */
  readonly answer?: string;
  readonly expiresAt: number;
};

/** One item an event: a conditional Put is the claim. */
export function seenStore(table: Table, now: () => number): SeenStore {
  return {
    async claim({ key, id }, { leaseMs, ttlSeconds }) {
      const at = now();
      const item: SeenItem = {
        ...seenKey(key),
        attempt: id,
        claimedUntil: at + leaseMs,
        isDone: false,
        // A claim that lapses before the item would leave it to a second attempt too early.
        expiresAt: expirySeconds(at + Math.max(leaseMs, ttlSeconds * 1_000)),
      };
      if (await table.put(item, claimable(id, at))) return { status: "claimed" };
      // Only this store writes under the key. It may be gone by now: released, and free for the next try.
      const seen = (await table.get(seenKey(key))) as SeenItem | undefined;
      if (!seen?.isDone) return { status: "running" };
      return { status: "done", answer: answerOf(seen) };
    },

    async finish({ key, id }, answer) {
      const text = stringifyMarked(answer, id);
      const isKept = Buffer.byteLength(text) <= MAX_ANSWER_BYTES;
      const finished = await table.update(seenKey(key), {
        update: isKept ? "SET isDone = :true, markedAnswer = :answer" : "SET isDone = :true",
        condition: "attempt = :attempt",
        values: { ":true": true, ":attempt": id, ...(isKept ? { ":answer": text } : {}) },
      });
      return finished !== undefined;
    },

    async release({ key, id }) {
      await table.delete(seenKey(key), {
        condition: "attempt = :attempt AND isDone = :false",
        values: { ":attempt": id, ":false": false },
      });
    },
  };
}

/** Free, expired (TTL deletes late) or lapsed; or ours: the SDK may repeat a Put whose answer was lost. */
function claimable(id: string, now: number) {
  return {
    condition: [
      "attribute_not_exists(pk)",
      "expiresAt <= :seconds",
      "(isDone = :false AND (claimedUntil <= :now OR attempt = :attempt))",
    ].join(" OR "),
    values: { ":seconds": Math.floor(now / 1_000), ":now": now, ":false": false, ":attempt": id },
  };
}

function answerOf({ attempt, markedAnswer, answer = "[]" }: SeenItem): readonly unknown[] {
  const value =
    markedAnswer === undefined ? reviveBinary(JSON.parse(answer)) : parseMarked(markedAnswer, attempt);
  // An array went in.
  return value as readonly unknown[];
}
