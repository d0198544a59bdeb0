import type { NamespaceDefinition } from "../api/namespace-definition";
import type { ConnectionRecord, LoadedConnection, SocketRecord, Stamp } from "../records";
import type { Services } from "../services";

/** A packet's surroundings, for the handlers of both protocols. */
export interface Arrival extends LoadedConnection {
  readonly services: Services;
  readonly connection: ConnectionRecord;
  readonly nextStamp: () => Stamp;
  /** At API Gateway, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** As the request's: there where whatever the client sent before has been handled, and nothing of what follows. */
  readonly sequence?: string;
  /** The client has sent more than it may: this is refused, unless it makes less of the client. */
  readonly isExcess: boolean;
}

export function socketIn({ sockets }: LoadedConnection, namespace: string): SocketRecord | undefined {
  return sockets.find((socket) => socket.namespace === namespace);
}

export function definitionOf({ services }: Arrival, namespace: string): NamespaceDefinition | undefined {
  return services.registry.namespace(namespace);
}
