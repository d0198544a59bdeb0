import { encodeFrames } from "../delivery/frames";
import { everyone, type RoomTarget, without, withRooms } from "../delivery/target";
import { currentScope, type Scope } from "../listeners/scope";
import { questionOf } from "../messages/awaited-acks";
import { assertRoomName, userRoom } from "../rooms";
import { answersOfAll, assertTimeout, callBack, splitAck, unawaited } from "./ack-callback";
import type { RemoteSocket } from "./remote-socket";
import { SocketGroup } from "./socket-group";

type Names = string | readonly string[];

/** The recipients chosen so far; `Broadcast` without its event maps. */
export class RuntimeBroadcast {
  readonly #target: RoomTarget;
  readonly #scope: () => Scope | undefined;
  readonly #timeoutMs: number | undefined;

  /** `scope` answers the listener that emits; asked at each operation, since `io` is shared by all of them. */
  constructor(target: RoomTarget, scope: () => Scope | undefined, timeoutMs?: number) {
    this.#target = target;
    this.#scope = scope;
    this.#timeoutMs = timeoutMs;
  }

  static everyone(namespace: string): RuntimeBroadcast {
    return new RuntimeBroadcast(everyone(namespace), currentScope);
  }

  to(room: Names): RuntimeBroadcast {
    return this.#with(withRooms(this.#target, names(room)));
  }

  in(room: Names): RuntimeBroadcast {
    return this.to(room);
  }

  toUser(userId: Names): RuntimeBroadcast {
    return this.#with(withRooms(this.#target, names(userId).map(userRoom)));
  }

  except(room: Names): RuntimeBroadcast {
    return this.#with(without(this.#target, names(room)));
  }

  /** Nothing is queued for a client that cannot take it, so every event is as good as volatile. */
  get volatile(): RuntimeBroadcast {
    return this.#with(this.#target);
  }

  timeout(ms: number): RuntimeBroadcast {
    assertTimeout(ms);
    return new RuntimeBroadcast(this.#target, this.#scope, ms);
  }

  emit(event: string, ...args: unknown[]): boolean {
    const scope = this.#inScope(`emit ${JSON.stringify(event)}`);
    const { args: sent, ack } = splitAck(args);
    if (!ack) return scope.emit(event, this.#target, encodeFrames(this.#target.namespace, event, sent));
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
    return new RuntimeBroadcast(target, this.#scope, this.#timeoutMs);
  }

  #ask(scope: Scope, event: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const timeoutMs = this.#timeoutMs;
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

/** `to([])` chooses nobody, as an empty list should. */
function names(value: Names): readonly string[] {
  const list = listOf(value);
  for (const name of list) assertRoomName(name);
  return list;
}

function listOf(value: Names): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
