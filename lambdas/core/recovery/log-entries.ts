import type { Frames } from "../delivery/frames";
import type { MemberTarget, RoomTarget } from "../delivery/target";
import type { Offset } from "./offsets";
import type { LogEntry } from "./ports";

export interface Loggable {
  readonly target: RoomTarget | MemberTarget;
  readonly frames: Frames;
  readonly isVolatile?: boolean;
}

export type Logged<Emit extends Loggable> = Emit & {
  /** Absent where recovery is off. */
  readonly offset?: Offset;
  /** See `LoggedEvent`. */
  readonly earlier?: readonly Offset[];
};

/** `expiresAt` in seconds since the epoch. */
export function entriesOf(emits: readonly Logged<Loggable>[], expiresAt: number): readonly LogEntry[] {
  return emits.flatMap((emit) => (emit.offset === undefined ? [] : entriesAt(emit, emit.offset, expiresAt)));
}

/** Also those under the offsets that they had before. */
export function entriesEver(emits: readonly Logged<Loggable>[]): readonly LogEntry[] {
  return emits.flatMap((emit) => {
    const { offset, earlier = [] } = emit;
    return [...earlier, ...(offset === undefined ? [] : [offset])].flatMap((one) => entriesAt(emit, one, 0));
  });
}

/** Plain JSON sockets do not recover, and nobody is sent a volatile event later. */
function entriesAt(
  { target, frames, isVolatile, earlier }: Logged<Loggable>,
  offset: Offset,
  expiresAt: number,
): readonly LogEntry[] {
  if (isVolatile) return [];
  const base = { offset, earlier, frames: frames["socket.io"], expiresAt };
  if (target.kind === "socket") {
    const { namespace, sid, protocol } = target.socket;
    if (protocol === "json") return [];
    if (namespace === undefined) throw new Error("expected the namespace of a socket to emit to");
    return [{ ...base, namespace, room: sid, except: [] }];
  }
  const { namespace, except } = target;
  return [...new Set(target.rooms)].map((room) => ({ ...base, namespace, room, except }));
}
