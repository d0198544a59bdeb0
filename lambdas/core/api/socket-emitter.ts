import { encodeFrames } from "../delivery/frames";
import type { SocketTarget } from "../delivery/target";
import type { Scope } from "../listeners/scope";
import { MAX_ACK_TIMEOUT_MS, questionOf } from "../messages/awaited-acks";
import type { SocketRecord } from "../records";
import { type AckTimeout, answerOfOne, assertTimeout, callBack, splitAck, unawaited } from "./ack-callback";

export interface EmittingSocket {
  readonly record: SocketRecord;
  /** The listener that emits; throws where none can. */
  scope(): Scope;
  isConnected(): boolean;
}

export interface EmitFlags {
  /** How long acks are waited for. */
  readonly timeoutMs?: number;
  /** As in Socket.IO, a client that was away does not get it when it is recovered. */
  readonly isVolatile?: boolean;
}

/** `emit` of one socket, with acks as in Socket.IO. */
export class SocketEmitter {
  readonly #socket: EmittingSocket;
  readonly #timeoutMs: number | undefined;
  readonly #isVolatile: boolean | undefined;

  constructor(socket: EmittingSocket, { timeoutMs, isVolatile }: EmitFlags = {}) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#isVolatile = isVolatile;
  }

  get volatile(): SocketEmitter {
    return new SocketEmitter(this.#socket, { timeoutMs: this.#timeoutMs, isVolatile: true });
  }

  timeout(ms: number): SocketEmitter {
    assertTimeout(ms);
    return new SocketEmitter(this.#socket, { timeoutMs: ms, isVolatile: this.#isVolatile });
  }

  emit(event: string, ...args: unknown[]): boolean {
    const { args: sent, ack } = splitAck(args);
    const scope = this.#socket.scope();
    if (ack) {
      const answer = this.#ask(scope, event, sent);
      // Without a timeout there is no place for an error: as in Socket.IO, nothing is called then.
      if (this.#timeoutMs === undefined)
        callBack(scope, answer, { answered: (a) => ack(...a), failed: () => {} });
      else
        callBack(scope, answer, {
          answered: (a) => ack(null, ...a),
          failed: (error: AckTimeout) => ack(error),
        });
      return !scope.isEnded;
    }
    // As in Socket.IO, nobody is there to hear it.
    if (!this.#socket.isConnected()) return true;
    const frames = encodeFrames(this.#target.socket.namespace, event, sent);
    return scope.emit(event, { target: this.#target, frames, isVolatile: this.#isVolatile });
  }

  emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    const answer = this.#ask(this.#socket.scope(), event, args);
    return unawaited(answer.then(([first]) => first));
  }

  #ask(scope: Scope, event: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const question = questionOf(this.#target, event, args, this.#timeoutMs ?? MAX_ACK_TIMEOUT_MS);
    if (!this.#socket.isConnected()) {
      return unawaited(Promise.reject(new Error("socket has been disconnected")));
    }
    return unawaited(answerOfOne(scope.ask(question)));
  }

  get #target(): SocketTarget {
    return { kind: "socket", socket: this.#socket.record };
  }
}
