import type { SocketRecord } from "../records";
import { BROKEN_CLOSED_WITHIN_MS } from "./boundary";
import { owedRooms } from "./former-rooms";
import type { ParkedSocket, Recovery } from "./ports";
import { withReplay } from "./replayed";

/** What a socket leaves behind `at` that moment, milliseconds since the epoch, as its disconnect listeners left it. */
export async function parkedSocket(
  recovery: Recovery,
  socket: SocketRecord,
  at: number,
): Promise<ParkedSocket> {
  const { connectionId, rooms, since, data, activeFrom } = socket;
  const parked = { connectionId, at, rooms, since, data };
  if (activeFrom === undefined) return parked;
  const end = mayHaveBroken(socket, at) ? await recovery.replays.end(socket) : { boundary: activeFrom };
  if (end && end !== "broken") return { ...parked, replayed: withReplay(recovery, socket, end.boundary, at) };
  // Where it broke off, nobody posted anything else.
  const replayed = withReplay(recovery, socket, at, at);
  return { ...parked, owed: await owedRooms(recovery, socket), replayed };
}

/** Its recovery: it was lately, or has not come to an end. */
function mayHaveBroken({ activeFrom = 0, isNew }: SocketRecord, at: number): boolean {
  return isNew === true || at < activeFrom + BROKEN_CLOSED_WITHIN_MS;
}
