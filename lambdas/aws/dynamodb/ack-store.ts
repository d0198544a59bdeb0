import { deserialize, serialize } from "node:v8";
import { expirySeconds } from "../../core/expiry";
import type { AckStore } from "../../core/ports";
import type { Member } from "../../core/records";
import { ackKey, ackPartition, type Key } from "./keys";
import type { Item, Table } from "./table";

/** Nobody reads an ack after its delivery's time is over; the rest is TTL's, which costs nothing. */
const KEPT_SECONDS = 60;

type AckItem = Key & {
  readonly connectionId: string;
  /** Milliseconds since the epoch. */
  readonly awaitedUntil: number;
  readonly expiresAt: number;
  /** As `v8.serialize` makes them: no JSON, which has no Buffers, and no object can pass for one. */
  readonly answer?: Uint8Array;
};

/** One item for each ack that may come, so that keeping one is one conditional write without a read. */
export function ackStore(table: Table, now: () => number): AckStore {
  return {
    expect: (id, sockets, until) =>
      table.writeAtOnce(sockets.map((socket) => ({ put: ackItem(id, socket, until) }))),

    async answer(id, { sid, connectionId }, args) {
      const item = await table.update(ackKey(id, sid), {
        update: "SET answer = :answer",
        // "Or the same": the SDK may repeat a request whose answer was lost.
        condition: [
          "connectionId = :connectionId",
          "awaitedUntil >= :now",
          "(attribute_not_exists(answer) OR answer = :answer)",
        ].join(" AND "),
        values: { ":connectionId": connectionId, ":now": now(), ":answer": serialize(args) },
      });
      return item !== undefined;
    },

    async answers(id) {
      const answers = new Map<string, readonly unknown[]>();
      const range = { partition: ackPartition(id), attributes: ["sk", "answer"] };
      for await (const page of table.query(range)) {
        for (const { sk, answer } of page.filter(isAnswered)) answers.set(sk, deserialize(answer));
      }
      return answers;
    },
  };
}

function ackItem(id: number, { sid, connectionId }: Member, until: number): AckItem {
  const expiresAt = expirySeconds(until) + KEPT_SECONDS;
  return { ...ackKey(id, sid), connectionId, awaitedUntil: until, expiresAt };
}

function isAnswered(item: Item): item is Item & { readonly sk: string; readonly answer: Uint8Array } {
  return item.answer !== undefined;
}
