import type { ParkedSocket, RecoverySession, SessionStore } from "../../core/recovery/ports";
import { type Expiring, isLive } from "./items";
import { sessionKey } from "./keys";
import type { Table } from "./table";

type SessionItem = Expiring &
  Omit<RecoverySession, "pid" | "parked"> & {
    /** JSON: the table never looks into it. */
    readonly parked?: string;
    readonly parkedBy?: string;
  };

/** The socket is still, or again, on that connection. */
const ON_CONNECTION = "connectionId = :connectionId";

/** "Or the same", here and below: the SDK may repeat a request whose answer was lost. */
const NOTHING_LATER = "attribute_exists(pk) AND (attribute_not_exists(claim) OR claim <= :claim)";

export function sessionStore(table: Table, now: () => number): SessionStore {
  const live = (pid: string, item: unknown) => sessionIn(pid, item as SessionItem | undefined, now());
  return {
    async open(session, expiresAt) {
      const { pid, parked: _none, ...rest } = session;
      await table.writeAll([{ put: { ...sessionKey(pid), ...rest, expiresAt } }]);
    },

    load: async (pid) => live(pid, await table.get(sessionKey(pid))),

    async claim(pid, claim) {
      const change = { update: "SET claim = :claim", condition: NOTHING_LATER, values: { ":claim": claim } };
      return live(pid, await table.update(sessionKey(pid), change));
    },

    async park(pid, parked, expiresAt) {
      await table.update(sessionKey(pid), {
        update: "SET parked = :parked, parkedBy = :connectionId, expiresAt = :expiresAt",
        condition: `${ON_CONNECTION} AND (attribute_not_exists(parkedBy) OR parkedBy <> :connectionId)`,
        values: {
          ":connectionId": parked.connectionId,
          ":parked": JSON.stringify(parked),
          ":expiresAt": expiresAt,
        },
      });
    },

    async resume({ pid, connectionId, claim }, expiresAt) {
      const item = await table.update(sessionKey(pid), {
        update: "SET connectionId = :connectionId, expiresAt = :expiresAt",
        condition: "claim = :claim",
        values: { ":connectionId": connectionId, ":claim": claim, ":expiresAt": expiresAt },
      });
      return item !== undefined;
    },

    async end({ pid, connectionId }) {
      const values = { ":connectionId": connectionId };
      await table.delete(sessionKey(pid), { condition: ON_CONNECTION, values });
    },
  };
}

function sessionIn(pid: string, item: SessionItem | undefined, now: number): RecoverySession | undefined {
  if (!item || !isLive(item, now)) return undefined;
  const { namespace, sid, userId, connectionId, startOffset, claim } = item;
  const parked: ParkedSocket | undefined = item.parked === undefined ? undefined : JSON.parse(item.parked);
  return { pid, namespace, sid, userId, connectionId, startOffset, claim, parked };
}
