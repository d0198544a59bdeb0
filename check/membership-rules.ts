import { mapName } from "../lambdas/aws/dynamodb/items";
import { membershipKey } from "../lambdas/aws/dynamodb/keys";
import type { Stamp } from "../lambdas/core/records";
import { baseRooms } from "../lambdas/core/rooms";
import type { ConnectionRule } from "./connection-rule";
import { type Finding, finding } from "./findings";
import { type ScannedItem, timeOf } from "./scanned-item";
import { placeOf, type Snapshot } from "./snapshot";
import type { Traces } from "./traces";

export const membershipRules: readonly ConnectionRule[] = [everyRoomHasMembership, everyMembershipHasRoom];

/** A room that a socket is in, and the membership that says so to whoever pushes to the room. */
interface Place {
  readonly room: string;
  readonly stamp: Stamp | undefined;
  /** See `placeOf`. */
  readonly place: string;
}

/** Of a socket that closes, memberships go before it. */
function everyRoomHasMembership(traces: Traces, snapshot: Snapshot): readonly Finding[] {
  if (traces.isClosing || traces.one("connection") === undefined) return [];
  return traces
    .all("socket")
    .filter(({ closedFor }) => closedFor === undefined)
    .flatMap((socket) => placesOf(socket).flatMap((place) => missing(traces, snapshot, socket, place)));
}

function missing(
  traces: Traces,
  { memberships, now }: Snapshot,
  socket: ScannedItem,
  { room, stamp, place }: Place,
): readonly Finding[] {
  const membership = memberships.get(place);
  const name = JSON.stringify(room);
  const since = { at: timeOf(stamp), now };
  if (membership === undefined)
    return [finding("membership-missing", socket, `no push to room ${name} reaches it`, since)];
  if (membership.connectionId !== traces.connectionId)
    return [finding("membership-elsewhere", membership, "its sid is another connection's socket", since)];
  if (membership.stamp !== stamp)
    return [
      finding(
        "membership-stamp",
        membership,
        `its socket joined at ${stamp}, it has ${membership.stamp}`,
        since,
      ),
    ];
  const isProtected = traces.one("connection")?.isProtected ?? false;
  if (isProtected && !membership.isProtected)
    return [finding("membership-unprotected", membership, "its connection is protected", since)];
  return [];
}

function everyMembershipHasRoom(traces: Traces, { now }: Snapshot): readonly Finding[] {
  const memberships = traces.all("membership");
  if (memberships.length === 0) return [];
  const sockets = traces.all("socket");
  const places = new Set(sockets.flatMap(placesOf).map(({ place }) => place));
  return memberships
    .filter((membership) => !places.has(placeOf(membership)))
    .map((membership) => {
      const socket = sockets.find(({ sid }) => sid === membership.sk);
      if (socket === undefined)
        return finding("socket-missing", membership, "its socket is not there: pushes go nowhere", {
          at: timeOf(membership.stamp),
          now,
        });
      const at = timeOf(leftAt(socket, membership)) ?? timeOf(membership.stamp);
      return finding("room-missing", membership, "its socket is not in the room, and still gets its pushes", {
        at,
        now,
      });
    });
}

function placesOf(socket: ScannedItem): readonly Place[] {
  const { namespace = "", sid = "", userId, stamp, rooms = {} } = socket;
  const base = baseRooms({ sid, userId }).map((room) => [room, stamp] as const);
  const joined = Object.entries(rooms).map(([key, at]) => [mapName(key), at] as const);
  return [...base, ...joined].map(([room, at]) => ({
    room,
    stamp: at,
    place: placeOf(membershipKey(namespace, room, sid)),
  }));
}

function leftAt(
  { namespace = "", sid = "", left = {} }: ScannedItem,
  membership: ScannedItem,
): Stamp | undefined {
  const [, at] =
    Object.entries(left).find(
      ([key]) => placeOf(membershipKey(namespace, mapName(key), sid)) === placeOf(membership),
    ) ?? [];
  return at;
}
