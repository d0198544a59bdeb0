import { tell } from "./delivery";
import { DIALECTS } from "./dialects";
import { type CallOutcome, runListeners, unitFor } from "./listeners";
import type { SocketRecord, Stamp } from "./records";
import type { RuntimeListener } from "./registry";
import type { Scope } from "./scope";
import type { Services } from "./services";
import { Session } from "./session";
import type { RuntimeSocket } from "./socket";

export interface ClientEvent {
  readonly event: string;
  readonly args: readonly unknown[];
  /** There when the client asked for an ack. */
  readonly id?: number | string;
}

export interface EventOutcome {
  readonly outcome: CallOutcome;
  /** A listener's ack was sent, or the socket is disconnected and takes no more. */
  readonly isAnswered: boolean;
}

/** Gives a client's event to the listeners of its name. */
export async function dispatch(
  services: Services,
  { record, nextStamp }: { readonly record: SocketRecord; readonly nextStamp: () => Stamp },
  { event, args, id, listeners }: ClientEvent & { readonly listeners: readonly RuntimeListener[] },
): Promise<EventOutcome> {
  const session = new Session(services, record, nextStamp);
  const unit = unitFor(session);
  const acks = id === undefined ? undefined : new Acknowledgement(session, id);
  const outcome = await runListeners(session, unit, {
    event,
    listeners,
    args: (scope, socket) => (acks ? [...args, acks.callback(scope, socket)] : args),
  });
  await unit.end();
  return { outcome, isAnswered: acks?.isSent || !session.isConnected };
}

/** The ack of one event: the first call counts, as in Socket.IO. */
class Acknowledgement {
  isSent = false;
  #isCalled = false;
  readonly #session: Session;
  readonly #id: number | string;

  constructor(session: Session, id: number | string) {
    this.#session = session;
    this.#id = id;
  }

  callback(scope: Scope, socket: RuntimeSocket): (...args: unknown[]) => void {
    return (...args) => {
      const { services, record, isConnected } = this.#session;
      if (this.#isCalled || !isConnected) return;
      const frames = DIALECTS[record.protocol].ack(record.namespace, this.#id, args);
      this.#isCalled = true;
      socket.saveData();
      scope.effect("ack", async () => {
        await tell(services, record, frames);
        this.isSent = true;
      });
    };
  }
}
