import { encodeFrames } from "./frames";
import { assertRoomName, userRoom } from "./rooms";
import { currentScope, type Scope } from "./scope";
import { everyone, type RoomTarget, without, withRooms } from "./target";

type Names = string | readonly string[];

/** The recipients chosen so far; `Broadcast` without its event maps. */
export class RuntimeBroadcast {
  readonly #target: RoomTarget;
  readonly #scope: () => Scope | undefined;

  /** `scope` answers the listener that emits; asked at `emit`, since `io` is shared by all of them. */
  constructor(target: RoomTarget, scope: () => Scope | undefined) {
    this.#target = target;
    this.#scope = scope;
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

  emit(event: string, ...args: unknown[]): boolean {
    const scope = this.#scope();
    if (!scope) {
      throw new Error(
        `emit ${JSON.stringify(event)} outside of a listener: a server that sleeps between packets sends from listeners; backends push through the push function`,
      );
    }
    return scope.emit(event, this.#target, encodeFrames(this.#target.namespace, event, args));
  }

  #with(target: RoomTarget): RuntimeBroadcast {
    return new RuntimeBroadcast(target, this.#scope);
  }
}

/** `to([])` chooses nobody, as an empty list should. */
function names(value: Names): readonly string[] {
  const list = typeof value === "string" ? [value] : value;
  for (const name of list) assertRoomName(name);
  return list;
}
