import type { SocketRecord } from "../records";
import { CLOSED_WITHIN_MS } from "./boundary";
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
  const isDone = end !== undefined && end !== "broken";
  const owed = isDone ? undefined : await owedRooms(recovery, socket);
  return { ...parked, owed, replayed: withReplay(recovery, socket, isDone ? end.boundary : activeFrom, at) };
}

/** Its recovery: it was lately, or has not come to an end. */
function mayHaveBroken({ activeFrom = 0, isNew }: SocketRecord, at: number): boolean {
  return isNew === true || at < activeFrom + CLOSED_WITHIN_MS;
}
