import { isReservedEvent } from "../protocol/reserved-events";
import type { LifecycleEvent } from "./event-maps";
import type { RuntimeSocket } from "./socket";

// What the app registers, without its event maps: they end where the packets begin.
export type RuntimeListener = (socket: RuntimeSocket, ...args: unknown[]) => unknown;
export type RuntimeMiddleware = (socket: RuntimeSocket, next: (error?: Error) => void) => unknown;

export interface NamespaceDefinition {
  readonly name: string;
  readonly middleware: readonly RuntimeMiddleware[];
  /** A Map: `__proto__` and `constructor` are event names like any other. */
  readonly listeners: ReadonlyMap<string, readonly RuntimeListener[]>;
}

interface OpenDefinition extends NamespaceDefinition {
  readonly middleware: RuntimeMiddleware[];
  readonly listeners: Map<string, RuntimeListener[]>;
}

const LIFECYCLE_EVENTS: ReadonlySet<string> = new Set<LifecycleEvent>([
  "connection",
  "disconnecting",
  "disconnect",
]);

/** The namespaces of one app and what is registered on them, until the module has loaded. */
export class Registry {
  readonly #namespaces = new Map<string, OpenDefinition>();
  #isSealed = false;

  namespace(name: string): NamespaceDefinition | undefined {
    return this.#namespaces.get(name);
  }

  declare(name: string): NamespaceDefinition {
    if (!name.startsWith("/")) {
      throw new TypeError(`namespace: expected a name that begins with "/", got ${JSON.stringify(name)}`);
    }
    return this.#namespaces.get(name) ?? this.#add(name);
  }

  addMiddleware(name: string, middleware: RuntimeMiddleware): void {
    this.#open(name, "use").middleware.push(asFunction("middleware", middleware));
  }

  addListener(name: string, event: string, listener: RuntimeListener): void {
    const definition = this.#open(name, `on(${JSON.stringify(event)})`);
    assertListenable(event);
    const listeners = definition.listeners.get(event) ?? [];
    listeners.push(asFunction("listener", listener));
    definition.listeners.set(event, listeners);
  }

  /** From here on registering throws: it would hold in one environment and not in the next. */
  seal(): void {
    this.#isSealed = true;
  }

  #add(name: string): OpenDefinition {
    this.#assertOpen(`of(${JSON.stringify(name)})`);
    const definition = { name, middleware: [], listeners: new Map() };
    this.#namespaces.set(name, definition);
    return definition;
  }

  #open(name: string, call: string): OpenDefinition {
    this.#assertOpen(call);
    return this.#namespaces.get(name) ?? this.#add(name);
  }

  #assertOpen(call: string): void {
    if (this.#isSealed) {
      throw new Error(`${call} after the app module has loaded: register at the top level of the module`);
    }
  }
}

function assertListenable(event: string): void {
  if (typeof event !== "string") {
    throw new TypeError(`event: expected a string, got ${typeof event}`);
  }
  if (isReservedEvent(event) && !LIFECYCLE_EVENTS.has(event)) {
    throw new Error(`event: "${event}" is reserved by Socket.IO`);
  }
}

function asFunction<F>(what: string, value: F): F {
  if (typeof value !== "function") throw new TypeError(`${what}: expected a function, got ${typeof value}`);
  return value;
}
