import type { ConnectionRecord } from "../../core/records";
import type { BinaryPart, BinarySet } from "../../protocol/assembly";
import { type Expiring, expiresAt } from "./items";
import { idOfPart, partKey } from "./keys";

/** A header has `header` and, once its set is taken, `partIds` instead; an attachment has neither. */
export type PartItem = Expiring & {
  readonly arrivedAt: number;
  readonly header?: string;
  readonly attachments?: number;
  /** Absent of an empty attachment. */
  readonly data?: Uint8Array;
  readonly partIds?: readonly string[];
  readonly lastArrivedAt?: number;
  /** Which attempt has taken it. */
  readonly takeId?: string;
};

export function partItem(
  connection: ConnectionRecord,
  part: Exclude<BinaryPart, { kind: "taken" }>,
): PartItem {
  const { connectionId } = connection;
  const base = {
    ...partKey(connectionId, part.id),
    arrivedAt: part.arrivedAt,
    expiresAt: expiresAt(connection),
  };
  if (part.kind === "header") return { ...base, header: part.data, attachments: part.attachments };
  return part.data.length === 0 ? base : { ...base, data: part.data };
}

export function binaryPart(item: PartItem): BinaryPart {
  const {
    arrivedAt,
    header,
    attachments = 0,
    data = new Uint8Array(),
    partIds,
    lastArrivedAt = arrivedAt,
  } = item;
  const base = { id: idOfPart(item), arrivedAt };
  if (partIds) return { ...base, kind: "taken", partIds, lastArrivedAt };
  if (header !== undefined) return { ...base, kind: "header", data: header, attachments };
  return { ...base, kind: "attachment", data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
}

export function takeChange({ header, attachments }: BinarySet, takeId: string) {
  return {
    update: "SET takeId = :takeId, partIds = :partIds, lastArrivedAt = :last REMOVE header",
    // The attempt's own id lets the SDK repeat a request whose answer was lost.
    condition: "attribute_exists(pk) AND (attribute_not_exists(takeId) OR takeId = :takeId)",
    values: {
      ":takeId": takeId,
      ":partIds": [header, ...attachments].map(({ id }) => id),
      ":last": Math.max(header.arrivedAt, ...attachments.map(({ arrivedAt }) => arrivedAt)),
    },
  };
}
