import { isReservedEvent } from "../../protocol/reserved-events";
import type { ConnectError } from "../api/api";
import type { NamespaceDefinition, RuntimeListener, RuntimePacket } from "../api/namespace-definition";
import type { RuntimeSocket } from "../api/socket";
import { assertPostable } from "../delivery/frames";
import { tell } from "../delivery/telling";
import { type CallOutcome, runListeners, unitFor } from "../listeners/listeners";
import { packetSurroundings, runPacketMiddleware } from "../listeners/packet-middleware";
import type { Scope } from "../listeners/scope";
import { Session } from "../listeners/session";
import type { UnitOfWork } from "../listeners/unit-of-work";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";
import { DIALECTS } from "./dialects";

export interface ClientEvent {
  readonly event: string;
  readonly args: readonly unknown[];
  /** There when the client asked for an ack. */
  readonly id?: number | string;
}

/**
 * - `unknown`: nothing listens to the event.
 * - `refused`: packet middleware did not let it through. Logged.
 */
type Handled =
  | { readonly outcome: CallOutcome | "unknown" }
  | { readonly outcome: "refused"; readonly refusal: ConnectError };

export type EventOutcome = Handled & {
  /** A listener's ack was sent, or the socket is disconnected and takes no more. */
  readonly isAnswered: boolean;
};

/** Gives a client's event to the packet middleware and then to the listeners of its name. */
export async function dispatch(
  services: Services,
  { record, nextStamp }: { readonly record: SocketRecord; readonly nextStamp: () => Stamp },
  event: ClientEvent,
  definition: NamespaceDefinition,
): Promise<EventOutcome> {
  if (!isHeard(definition, event)) return { outcome: "unknown", isAnswered: false };
  const session = new Session(services, record, nextStamp);
  const unit = unitFor(session);
  const acks = event.id === undefined ? undefined : new Acknowledgement(session, event.id);
  const handled = await handle({ session, unit, definition, acks }, event);
  const isHandedOn = await unit.end();
  const isLost = handled.outcome === "done" && !isHandedOn;
  return { ...(isLost ? { outcome: "failed" } : handled), isAnswered: acks?.isSent || !session.isConnected };
}

interface Handling {
  readonly session: Session;
  readonly unit: UnitOfWork;
  readonly definition: NamespaceDefinition;
  readonly acks?: Acknowledgement;
}

async function handle(handling: Handling, { event, args }: ClientEvent): Promise<Handled> {
  if (handling.definition.packetMiddleware.length === 0) return callListeners(handling, [event, ...args]);
  const { session, unit, definition, acks } = handling;
  const surroundings = packetSurroundings(session, unit);
  const ack = acks?.callback(surroundings.scope, surroundings.socket);
  const packet: RuntimePacket = ack ? [event, ...args, ack] : [event, ...args];
  const answer = await runPacketMiddleware(session, definition.packetMiddleware, surroundings, packet);
  if (answer.kind === "failed") return { outcome: "failed" };
  if (answer.kind === "refused") return { outcome: "refused", refusal: answer.error };
  const [name, ...rest] = packet;
  // Each listener gets an ack of its own.
  return callListeners(handling, [name, ...rest.filter((arg) => ack === undefined || arg !== ack)]);
}

async function callListeners(
  { session, unit, definition, acks }: Handling,
  [event, ...args]: RuntimePacket,
): Promise<Handled> {
  const listeners = listenersOf(definition, event);
  if (listeners.length === 0) return { outcome: "unknown" };
  const outcome = await runListeners(session, unit, {
    event,
    listeners,
    args: (scope, socket) => (acks ? [...args, acks.callback(scope, socket)] : args),
  });
  return { outcome };
}

/** Middleware sees every event, since it may rename one. */
function isHeard(definition: NamespaceDefinition, { event }: ClientEvent): boolean {
  return definition.packetMiddleware.length > 0 || listenersOf(definition, event).length > 0;
}

/** Those of every event come first, as in Socket.IO. */
function listenersOf(
  { anyListeners, listeners }: NamespaceDefinition,
  event: string,
): readonly RuntimeListener[] {
  // Middleware cannot make a packet a lifecycle event.
  if (isReservedEvent(event)) return [];
  const any = anyListeners.map<RuntimeListener>(
    (listener) =>
      (socket, ...args) =>
        listener(socket, event, ...args),
  );
  return [...any, ...(listeners.get(event) ?? [])];
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
      assertPostable(frames);
      this.#isCalled = true;
      socket.saveData();
      scope.confirmation("ack", async () => {
        await tell(services, record, frames);
        this.isSent = true;
      });
    };
  }
}
