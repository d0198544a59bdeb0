import { isReservedEvent } from "../../protocol/reserved-events";
import type { LifecycleEvent } from "./event-maps";
import type { RuntimeSocket } from "./socket";

// What the app registers, without its event maps: they end where the packets begin.
export type RuntimeListener = (socket: RuntimeSocket, ...args: unknown[]) => unknown;
export type RuntimeNext = (error?: Error) => void;
export type RuntimeMiddleware = (socket: RuntimeSocket, next: RuntimeNext) => unknown;
export type RuntimePacket = [event: string, ...args: unknown[]];
export type RuntimePacketMiddleware = (
  socket: RuntimeSocket,
  packet: RuntimePacket,
  next: RuntimeNext,
) => unknown;
export type RuntimeAnyListener = (socket: RuntimeSocket, event: string, ...args: unknown[]) => unknown;

export interface NamespaceDefinition {
  readonly name: string;
  readonly middleware: readonly RuntimeMiddleware[];
  readonly packetMiddleware: readonly RuntimePacketMiddleware[];
  readonly anyListeners: readonly RuntimeAnyListener[];
  /** A Map: `__proto__` and `constructor` are event names like any other. */
  readonly listeners: ReadonlyMap<string, readonly RuntimeListener[]>;
}

const LIFECYCLE_EVENTS: ReadonlySet<string> = new Set<LifecycleEvent>([
  "connection",
  "disconnecting",
  "disconnect",
]);

/** What is registered on a namespace, while the app module loads. */
export class Registrations implements Omit<NamespaceDefinition, "name"> {
  readonly middleware: RuntimeMiddleware[] = [];
  readonly packetMiddleware: RuntimePacketMiddleware[] = [];
  readonly anyListeners: RuntimeAnyListener[] = [];
  readonly listeners = new Map<string, RuntimeListener[]>();
  /** Its sockets are sent Buffers: see `Recipient.isProtected`. */
  isBinary = false;
  readonly #assertOpen: (call: string) => void;

  /** `assertOpen` throws, naming the call, when it is too late for it. */
  constructor(assertOpen: (call: string) => void) {
    this.#assertOpen = assertOpen;
  }

  declareBinary(isBinary: boolean): void {
    this.#assertOpen("binary");
    this.isBinary = isBinary;
  }

  use(middleware: RuntimeMiddleware): void {
    this.#assertOpen("use");
    this.middleware.push(asFunction("middleware", middleware));
  }

  usePacket(middleware: RuntimePacketMiddleware): void {
    this.#assertOpen("usePacket");
    this.packetMiddleware.push(asFunction("packet middleware", middleware));
  }

  onAny(listener: RuntimeAnyListener): void {
    this.#assertOpen("onAny");
    this.anyListeners.push(asFunction("listener", listener));
  }

  on(event: string, listener: RuntimeListener): void {
    this.#assertOpen(`on(${JSON.stringify(event)})`);
    assertListenable(event);
    const listeners = this.listeners.get(event) ?? [];
    listeners.push(asFunction("listener", listener));
    this.listeners.set(event, listeners);
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
