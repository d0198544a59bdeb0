import { encodeFrames, type Frames } from "../delivery/frames";
import type { Emit } from "../delivery/recipients";
import { everyone, type RoomTarget, without, withRooms } from "../delivery/target";
import { currentScope, type Scope } from "../listeners/scope";
import { questionOf } from "../messages/awaited-acks";
import { addressable, assertRoomName, listOf, userRoom } from "../rooms";
import { answersOfAll, assertTimeout, callBack, splitAck, unawaited } from "./ack-callback";
import type { RemoteSocket } from "./remote-socket";
import type { EmitFlags } from "./socket-emitter";
import { SocketGroup } from "./socket-group";

type Names = string | readonly string[];

/** The recipients chosen so far; `Broadcast` without its event maps. */
export class RuntimeBroadcast {
  readonly #target: RoomTarget;
  readonly #scope: () => Scope | undefined;
  readonly #flags: EmitFlags;

  /** `scope` answers the listener that emits; asked at each operation, since `io` is shared by all of them. */
  constructor(target: RoomTarget, scope: () => Scope | undefined, flags: EmitFlags = {}) {
    this.#target = target;
    this.#scope = scope;
    this.#flags = flags;
  }

  static everyone(namespace: string): RuntimeBroadcast {
    return new RuntimeBroadcast(everyone(namespace), currentScope);
  }

  to(room: Names): RuntimeBroadcast {
    return this.#with(withRooms(this.#target, addressable(room)));
  }

  in(room: Names): RuntimeBroadcast {
    return this.to(room);
  }

  toUser(userId: Names): RuntimeBroadcast {
    return this.#with(withRooms(this.#target, userRooms(userId)));
  }

  except(room: Names): RuntimeBroadcast {
    return this.#with(without(this.#target, addressable(room)));
  }

  get volatile(): RuntimeBroadcast {
    return new RuntimeBroadcast(this.#target, this.#scope, { ...this.#flags, isVolatile: true });
  }

  timeout(ms: number): RuntimeBroadcast {
    assertTimeout(ms);
    return new RuntimeBroadcast(this.#target, this.#scope, { ...this.#flags, timeoutMs: ms });
  }

  emit(event: string, ...args: unknown[]): boolean {
    const scope = this.#inScope(`emit ${JSON.stringify(event)}`);
    const { args: sent, ack } = splitAck(args);
    if (!ack) return scope.emit(event, this.#emitOf(encodeFrames(this.#target.namespace, event, sent)));
    callBack(scope, this.#ask(scope, event, sent), {
      answered: (responses) => ack(null, responses),
      failed: (error) => ack(error, error.responses ?? []),
    });
    return !scope.isEnded;
  }

  emitWithAck(event: string, ...args: unknown[]): Promise<readonly unknown[]> {
    return this.#ask(this.#inScope(`emit ${JSON.stringify(event)}`), event, args);
  }

  fetchSockets(): Promise<RemoteSocket[]> {
    return unawaited(this.#group("fetchSockets").fetch());
  }

  socketsJoin(room: Names): Promise<void> {
    return this.#group("socketsJoin").join(listOf(room));
  }

  socketsLeave(room: Names): Promise<void> {
    return this.#group("socketsLeave").leave(listOf(room));
  }

  disconnectSockets(close = false): Promise<void> {
    return this.#group("disconnectSockets").disconnect(close);
  }

  #with(target: RoomTarget): RuntimeBroadcast {
    return new RuntimeBroadcast(target, this.#scope, this.#flags);
  }

  #emitOf(frames: Frames): Emit {
    return { target: this.#target, frames, isVolatile: this.#flags.isVolatile };
  }

  #ask(scope: Scope, event: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const { timeoutMs } = this.#flags;
    if (timeoutMs === undefined) {
      throw new Error(`emit ${JSON.stringify(event)}: an ack of many needs timeout(ms) before emit`);
    }
    return unawaited(answersOfAll(scope.ask(questionOf(this.#target, event, args, timeoutMs))));
  }

  #group(call: string): SocketGroup {
    return new SocketGroup(this.#inScope(call), this.#target);
  }

  #inScope(call: string): Scope {
    const scope = this.#scope();
    if (scope) return scope;
    throw new Error(
      `${call} outside of a listener: a server that sleeps between packets sends from listeners; backends push through the push function`,
    );
  }
}

/** User ids may begin with any character. */
function userRooms(userId: Names): readonly string[] {
  return listOf(userId).map((id) => {
    assertRoomName(id);
    return userRoom(id);
  });
}
