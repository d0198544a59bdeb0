import { expirySeconds } from "../../core/expiry";
import type { MessageCount, Window, WindowStore } from "../../core/limits/ports";
import { userRoom } from "../../core/rooms";
import { isLive, type MembershipItem } from "./items";
import { connectionKey, roomPartitions, windowKey } from "./keys";
import type { Change, Table } from "./table";

/** After the window's beginning; a client may take long to authenticate, and counts for its own window then. */
const KEPT_SECONDS = 2 * 3_600;

export function windowStore(table: Table, now: () => number): WindowStore {
  return {
    async countMessages(connectionId, count) {
      const key = connectionKey(connectionId);
      // The connection's first window, or a later one; where another has begun it meanwhile, it goes on.
      if (await table.update(key, beginning(count))) return;
      await table.update(key, addition(count));
    },

    async count(window, { total = 0, admitted = 0 }) {
      const item = await table.update(windowKey(window), {
        update: "SET expiresAt = :expiresAt ADD counted :total, admitted :admitted",
        values: { ":total": total, ":admitted": admitted, ":expiresAt": expiresAt(window) },
      });
      // Numbers that were added to.
      return { total: Number(item?.counted), admitted: Number(item?.admitted) };
    },

    async socketsOfUser(namespace, userId, most) {
      const [partition = ""] = roomPartitions(namespace, userRoom(userId));
      let sockets = 0;
      for await (const page of table.query({ partition, attributes: ["expiresAt"], pageSize: most })) {
        // What lies in a room's partition is a membership.
        sockets += (page as readonly MembershipItem[]).filter((item) => isLive(item, now())).length;
        if (sockets >= most) return most;
      }
      return sockets;
    },
  };
}

function beginning({ startsAt, messages, isUserOver }: MessageCount): Change {
  return {
    update: "SET rateFrom = :from, rateMessages = :messages, isUserOver = :isUserOver",
    condition: "attribute_exists(pk) AND (attribute_not_exists(rateFrom) OR rateFrom < :from)",
    values: { ":from": startsAt, ":messages": messages, ":isUserOver": isUserOver },
  };
}

/** Once over, the user stays so for this window. */
function addition({ startsAt, messages, isUserOver }: MessageCount): Change {
  const values = { ":from": startsAt, ":messages": messages };
  return {
    update: isUserOver
      ? "SET isUserOver = :isUserOver ADD rateMessages :messages"
      : "ADD rateMessages :messages",
    condition: "rateFrom = :from",
    values: isUserOver ? { ...values, ":isUserOver": true } : values,
  };
}

function expiresAt({ startsAt }: Window): number {
  return expirySeconds(startsAt) + KEPT_SECONDS;
}
