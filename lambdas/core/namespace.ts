import type { ServerConstructor, Server as ServerType } from "./api";
import { RuntimeBroadcast } from "./broadcast";
import type { DefaultEventsMap } from "./event-maps";
import { Registry, type RuntimeListener, type RuntimeMiddleware } from "./registry";

type Names = string | readonly string[];

/** `Namespace` without its event maps. */
export class RuntimeNamespace {
  readonly name: string;
  protected readonly registry: Registry;

  constructor(name: string, registry: Registry) {
    this.name = name;
    this.registry = registry;
    registry.declare(name);
  }

  use(middleware: RuntimeMiddleware): this {
    this.registry.addMiddleware(this.name, middleware);
    return this;
  }

  on(event: string, listener: RuntimeListener): this {
    this.registry.addListener(this.name, event, listener);
    return this;
  }

  to(room: Names): RuntimeBroadcast {
    return RuntimeBroadcast.everyone(this.name).to(room);
  }

  in(room: Names): RuntimeBroadcast {
    return this.to(room);
  }

  toUser(userId: Names): RuntimeBroadcast {
    return RuntimeBroadcast.everyone(this.name).toUser(userId);
  }

  except(room: Names): RuntimeBroadcast {
    return RuntimeBroadcast.everyone(this.name).except(room);
  }

  emit(event: string, ...args: unknown[]): boolean {
    return RuntimeBroadcast.everyone(this.name).emit(event, ...args);
  }
}

export class RuntimeServer extends RuntimeNamespace {
  constructor() {
    super("/", new Registry());
  }

  of(name: string): RuntimeNamespace {
    return new RuntimeNamespace(name, this.registry);
  }

  static registryOf(server: RuntimeServer): Registry {
    return server.registry;
  }
}

/** The event maps exist for the compiler alone: at run time there is one class for all of them. */
export const Server = RuntimeServer as unknown as ServerConstructor;
export type Server<C2S = DefaultEventsMap, S2C = DefaultEventsMap, Data = unknown> = ServerType<
  C2S,
  S2C,
  Data
>;

/**
 * What an app module registered, closed for more.
 *
 * @throws when the module's default export is no `Server` of this package.
 */
export function registryOf(app: unknown): Registry {
  if (!(app instanceof RuntimeServer)) {
    throw new TypeError(
      'app module: expected `export default io`, a `new Server()` imported from "roomcast", got something else',
    );
  }
  const registry = RuntimeServer.registryOf(app);
  registry.seal();
  return registry;
}
