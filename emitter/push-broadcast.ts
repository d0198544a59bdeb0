import type { EventName, WithoutAck } from "../lambdas/core/api/event-maps";
import type { PushResult } from "../lambdas/core/push/push";
import type { OperationResult } from "../lambdas/core/push/push-operation";
import type { EventInput, PushFunction, PushTarget } from "./push-function";

type Names = string | readonly string[];

interface Chosen {
  readonly rooms: readonly string[];
  readonly users: readonly string[];
  readonly sockets: readonly string[];
}

const NOBODY: Chosen = { rooms: [], users: [], sockets: [] };

/**
 * Chooses sockets and acts on them. Each of `to`, `in`, `toUser` and `except` answers a new one and leaves this
 * as it is. Several calls are a union, and a socket that is in several of the rooms gets an event once. Without `to`
 * and `toUser` it is everyone in the namespace; `to([])` is nobody.
 */
export class PushBroadcast<S2C> {
  readonly #push: PushFunction;
  readonly #namespace: string;
  readonly #chosen: Chosen | undefined;
  readonly #exceptRooms: readonly string[];

  constructor(push: PushFunction, namespace: string, chosen?: Chosen, exceptRooms: readonly string[] = []) {
    this.#push = push;
    this.#namespace = namespace;
    this.#chosen = chosen;
    this.#exceptRooms = exceptRooms;
  }

  /** A room, or a socket by its id. */
  to(room: Names): PushBroadcast<S2C> {
    const names = [room].flat();
    return this.#choose({
      rooms: names.filter((name) => !isSocketId(name)),
      sockets: names.filter(isSocketId),
    });
  }

  in(room: Names): PushBroadcast<S2C> {
    return this.to(room);
  }

  /** All sockets of a user, on every device. */
  toUser(userId: Names): PushBroadcast<S2C> {
    return this.#choose({ users: [userId].flat() });
  }

  except(room: Names): PushBroadcast<S2C> {
    const exceptRooms = [...this.#exceptRooms, ...[room].flat()];
    return new PushBroadcast(this.#push, this.#namespace, this.#chosen, exceptRooms);
  }

  /**
   * Resolves when the push function has answered. The arguments travel as JSON; a push has no ack.
   *
   * @throws PushError what the push function refused, or what it failed with
   * @throws the AWS SDK's own error when the function could not be invoked
   */
  async emit<E extends EventName<S2C>>(event: E, ...args: WithoutAck<S2C[E]>): Promise<PushResult> {
    return this.#push<EventInput>({ ...this.#target, event, args });
  }

  /**
   * Has the sockets join a room, or several: the next event to the room reaches them. What a socket joins or
   * leaves later wins.
   *
   * @throws as `emit`; then it may be done to some of them. Repeating it is harmless.
   */
  async socketsJoin(room: Names): Promise<OperationResult> {
    return this.#push({ ...this.#target, join: [room].flat() });
  }

  /** @throws as `socketsJoin` */
  async socketsLeave(room: Names): Promise<OperationResult> {
    return this.#push({ ...this.#target, leave: [room].flat() });
  }

  /**
   * Takes the sockets out of the namespace; with `true`, out of every namespace of their connections, and closes
   * these. A Socket.IO client does not come back by itself, unless it may not have heard of it: it is cut then.
   * Repeating it finishes what broke off.
   *
   * @throws as `socketsJoin`
   */
  async disconnectSockets(close = false): Promise<OperationResult> {
    return this.#push({ ...this.#target, disconnect: close ? "close" : true });
  }

  get #target(): PushTarget {
    const chosen = this.#chosen ?? { everyone: true };
    return { namespace: this.#namespace, ...chosen, exceptRooms: this.#exceptRooms };
  }

  #choose(more: Partial<Chosen>): PushBroadcast<S2C> {
    const chosen = this.#chosen ?? NOBODY;
    const union: Chosen = {
      rooms: [...chosen.rooms, ...(more.rooms ?? [])],
      users: [...chosen.users, ...(more.users ?? [])],
      sockets: [...chosen.sockets, ...(more.sockets ?? [])],
    };
    return new PushBroadcast(this.#push, this.#namespace, union, this.#exceptRooms);
  }
}

/** No room that an app can join begins with `@`; whether it is a good socket id is the push function's to say. */
function isSocketId(name: string): boolean {
  return /^@/.test(name);
}
