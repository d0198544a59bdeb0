import { randomUUID } from "node:crypto";
import type { DisconnectReason, SocketRecord } from "../../core/records";
import { mapKey } from "./items";
import type { Change } from "./table";

/** A claim that is older and not followed by the socket's removal was a crashed Lambda's. */
export const CLAIM_SECONDS = 60;

/** An expression holds 4 KB: about three hundred keys. */
const KEYS_PER_UPDATE = 100;

export type Identity = Pick<SocketRecord, "userId" | "claims" | "tokenExpiresAt">;

/** Fails when the socket closed meanwhile: then its closer has found that nobody heard of it. */
export function introduction(socket: SocketRecord): Change {
  return {
    update: "REMOVE isNew",
    condition: "sid = :sid AND attribute_not_exists(closedFor)",
    values: { ":sid": socket.sid },
  };
}

export function closeChange(socket: SocketRecord, reason: DisconnectReason): Change {
  return {
    update: "SET closedFor = if_not_exists(closedFor, :reason)",
    condition: "sid = :sid",
    values: { ":sid": socket.sid, ":reason": reason },
  };
}

export function claimChange(socket: SocketRecord, reason: DisconnectReason, now: number): Change {
  return {
    update: "SET closedFor = if_not_exists(closedFor, :reason), claimedAt = :now, claimId = :claimId",
    // The claim's own id lets the SDK repeat a request whose answer was lost.
    condition:
      "sid = :sid AND (attribute_not_exists(claimedAt) OR claimedAt < :crashed OR claimId = :claimId)",
    values: {
      ":sid": socket.sid,
      ":reason": reason,
      ":now": now,
      ":claimId": randomUUID(),
      ":crashed": now - CLAIM_SECONDS * 1_000,
    },
  };
}

export function dataChanges(
  socket: SocketRecord,
  data: Readonly<Record<string, unknown>>,
): readonly Change[] {
  const entries = Object.entries(data);
  const starts = Array.from(
    { length: Math.ceil(entries.length / KEYS_PER_UPDATE) },
    (_, n) => n * KEYS_PER_UPDATE,
  );
  return starts.map((start) => dataChange(socket, entries.slice(start, start + KEYS_PER_UPDATE)));
}

function dataChange(socket: SocketRecord, changes: readonly (readonly [string, unknown])[]): Change {
  const names: Record<string, string> = { "#data": "data" };
  const values: Record<string, string> = { ":sid": socket.sid };
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [index, [key, value]] of changes.entries()) {
    names[`#k${index}`] = mapKey(key);
    const text = JSON.stringify(value) as string | undefined; // undefined of what is not JSON, for all its type says
    if (text === undefined) removes.push(`#data.#k${index}`);
    else {
      values[`:v${index}`] = text;
      sets.push(`#data.#k${index} = :v${index}`);
    }
  }
  return { update: expression({ SET: sets, REMOVE: removes }), condition: "sid = :sid", names, values };
}

export function identityChange(socket: SocketRecord, { userId, claims, tokenExpiresAt }: Identity): Change {
  const values = {
    ":userId": userId,
    ":claims": claims && JSON.stringify(claims),
    ":tokenExpiresAt": tokenExpiresAt,
  };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const absent = [":claims", ":tokenExpiresAt"].filter((name) => !given.some(([key]) => key === name));
  return {
    update: expression({
      SET: given.map(([name]) => `${name.slice(1)} = ${name}`),
      REMOVE: absent.map((name) => name.slice(1)),
    }),
    condition: [
      "sid = :sid AND attribute_not_exists(closedFor)",
      ...(userId === undefined ? [] : ["(attribute_not_exists(userId) OR userId = :userId)"]),
    ].join(" AND "),
    values: { ":sid": socket.sid, ...Object.fromEntries(given) },
  };
}

function expression(sections: Readonly<Record<string, readonly string[]>>): string {
  const filled = Object.entries(sections).filter(([, clauses]) => clauses.length > 0);
  return filled.map(([keyword, clauses]) => `${keyword} ${clauses.join(", ")}`).join(" ");
}
