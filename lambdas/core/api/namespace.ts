import { everyone } from "../delivery/target";
import { currentScope } from "../listeners/scope";
import type { ServerConstructor, Server as ServerType } from "./api";
import { RuntimeBroadcast } from "./broadcast";
import type { DefaultEventsMap } from "./event-maps";
import type {
  Registrations,
  RuntimeAnyListener,
  RuntimeListener,
  RuntimeMiddleware,
  RuntimePacketMiddleware,
} from "./namespace-definition";
import { Registry } from "./registry";

/** `Namespace` without its event maps; of a pattern, all namespaces that match it, to register on. */
export class RuntimeNamespace extends RuntimeBroadcast {
  readonly name: string;
  protected readonly registry: Registry;
  readonly #registrations: Registrations;

  constructor(name: string | RegExp, registry: Registry) {
    super(everyone(String(name)), typeof name === "string" ? currentScope : refusePattern(name));
    this.name = String(name);
    this.registry = registry;
    this.#registrations = registry.declare(name);
  }

  get binary(): boolean {
    return this.#registrations.isBinary;
  }

  set binary(isBinary: boolean) {
    this.#registrations.declareBinary(isBinary);
  }

  use(middleware: RuntimeMiddleware): this {
    this.#registrations.use(middleware);
    return this;
  }

  usePacket(middleware: RuntimePacketMiddleware): this {
    this.#registrations.usePacket(middleware);
    return this;
  }

  on(event: string, listener: RuntimeListener): this {
    this.#registrations.on(event, listener);
    return this;
  }

  onAny(listener: RuntimeAnyListener): this {
    this.#registrations.onAny(listener);
    return this;
  }

  send(...args: unknown[]): this {
    this.emit("message", ...args);
    return this;
  }

  write(...args: unknown[]): this {
    return this.send(...args);
  }
}

function refusePattern(pattern: RegExp): () => never {
  return () => {
    throw new Error(
      `of(${pattern}): the namespaces of a pattern are not known: choose one by of(name), or socket.nsp`,
    );
  };
}

export class RuntimeServer extends RuntimeNamespace {
  constructor() {
    super("/", new Registry());
  }

  of(name: string | RegExp): RuntimeNamespace {
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
