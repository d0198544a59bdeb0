import type { DeliveryStore, ShareProgress } from "../../core/delivery/ports";
import { expirySeconds } from "../../core/expiry";
import {
  deliveryContentKey,
  deliveryPartition,
  FIRST_OF_SHARES,
  type Key,
  LAST_OF_SHARES,
  shareKey,
} from "./keys";
import type { Table } from "./table";

/** Longer than all hand-overs of a share together. */
const KEPT_MS = 4 * 60 * 60 * 1_000;

/** DynamoDB takes 400 KB in an item. */
const MAX_PART_BYTES = 350 * 1_024;

type ShareItem = Key & {
  readonly workerId: string;
  /** Milliseconds since the epoch. */
  readonly claimedUntil: number;
  readonly begunUpTo: string;
  readonly doneUpTo: string;
  /** JSON text. */
  readonly counts: string;
  readonly isFinished: boolean;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
};

/** One item a share: a conditional update is the claim, and the checkpoint. */
export function deliveryStore(table: Table, now: () => number): DeliveryStore {
  const expiresAt = () => expirySeconds(now() + KEPT_MS);

  return {
    async keep(deliveryId, content) {
      const parts = partsOf(content);
      const put = (part: Buffer, index: number) => ({
        put: { ...deliveryContentKey(deliveryId, index), part, expiresAt: expiresAt() },
      });
      await table.writeAll(parts.map(put));
    },

    async content(deliveryId) {
      const parts: Buffer[] = [];
      const first = deliveryContentKey(deliveryId, 0);
      const between = [first.sk, deliveryContentKey(deliveryId, 9_999).sk] as const;
      for await (const page of table.query({ partition: first.pk, between })) {
        for (const { part } of page) if (part instanceof Uint8Array) parts.push(Buffer.from(part));
      }
      return parts.length === 0 ? undefined : Buffer.concat(parts).toString();
    },

    async claim(share, worker, start) {
      const item = await table.update(shareKey(share), {
        update: [
          "SET workerId = :worker, claimedUntil = :until, expiresAt = :expiresAt",
          "begunUpTo = if_not_exists(begunUpTo, :begunUpTo)",
          "doneUpTo = if_not_exists(doneUpTo, :doneUpTo)",
          "counts = if_not_exists(counts, :counts)",
          "isFinished = if_not_exists(isFinished, :false)",
        ].join(", "),
        // Or ours: the SDK may repeat a request whose answer was lost.
        condition:
          "attribute_not_exists(pk) OR (isFinished = :false AND (claimedUntil <= :now OR workerId = :worker))",
        values: {
          ":worker": worker.id,
          ":until": worker.until,
          ":now": now(),
          ":expiresAt": expiresAt(),
          ":begunUpTo": start.begunUpTo,
          ":doneUpTo": start.doneUpTo,
          ":counts": JSON.stringify(start.counts),
          ":false": false,
        },
      });
      // What lies under a share's key is a share.
      if (item) return { status: "claimed", progress: progressOf(item as ShareItem) };
      const current = (await table.get(shareKey(share))) as ShareItem | undefined;
      return { status: current?.isFinished ? "finished" : "busy" };
    },

    async advance(share, worker, progress) {
      const item = await table.update(shareKey(share), {
        update: [
          "SET claimedUntil = :until, begunUpTo = :begunUpTo, doneUpTo = :doneUpTo",
          "counts = :counts, isFinished = :isFinished",
        ].join(", "),
        // A request that was given up and sent again may still arrive, behind later ones.
        condition: "workerId = :worker AND begunUpTo <= :begunUpTo AND isFinished = :false",
        values: {
          ":worker": worker.id,
          ":until": worker.until,
          ":begunUpTo": progress.begunUpTo,
          ":doneUpTo": progress.doneUpTo,
          ":counts": JSON.stringify(progress.counts),
          ":isFinished": progress.isFinished,
          ":false": false,
        },
      });
      return item !== undefined;
    },

    async progress(deliveryId) {
      const shares: ShareProgress[] = [];
      const between = [FIRST_OF_SHARES, LAST_OF_SHARES] as const;
      for await (const page of table.query({ partition: deliveryPartition(deliveryId), between })) {
        shares.push(...(page as readonly ShareItem[]).map(progressOf));
      }
      return shares;
    },
  };
}

function progressOf({ begunUpTo, doneUpTo, counts, isFinished }: ShareItem): ShareProgress {
  return { begunUpTo, doneUpTo, counts: JSON.parse(counts), isFinished };
}

function partsOf(content: string): readonly Buffer[] {
  const bytes = Buffer.from(content);
  const parts: Buffer[] = [];
  for (let first = 0; first < bytes.length; first += MAX_PART_BYTES) {
    parts.push(bytes.subarray(first, first + MAX_PART_BYTES));
  }
  return parts;
}
