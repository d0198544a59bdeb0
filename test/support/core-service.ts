import { registryOf } from "../../lambdas/core/api/namespace";
import { disconnect } from "../../lambdas/core/connections/closing";
import type { UpgradeRequest } from "../../lambdas/core/connections/handshake";
import { open } from "../../lambdas/core/connections/opening";
import { type UpgradeAnswer, upgrade } from "../../lambdas/core/connections/upgrade";
import { work } from "../../lambdas/core/delivery/fan-out/worker";
import type { DeliverEvent, DisconnectEvent, OpenEvent } from "../../lambdas/core/internal-events";
import { createLimits } from "../../lambdas/core/limits/limits";
import { type RefusalReport, Refusals } from "../../lambdas/core/limits/refusals";
import { message } from "../../lambdas/core/messages/message";
import type { PostOutcome } from "../../lambdas/core/ports";
import { catchUp } from "../../lambdas/core/recovery/catching-up";
import { offsetSource } from "../../lambdas/core/recovery/offsets";
import { SecondWrites } from "../../lambdas/core/recovery/second-writes";
import type { Services } from "../../lambdas/core/services";
import type { Settings } from "../../lambdas/core/settings";
import { MemoryStores } from "./memory-stores";

export interface LogLine {
  readonly level: "warn" | "error";
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const SETTINGS: Settings = {
  allowedOrigins: ["*"],
  handshakeHeaders: ["user-agent", "origin"],
  pingIntervalMs: 480_000,
  pingTimeoutMs: 120_000,
  connectTimeoutMs: 45_000,
  recoveryWindowMs: 0,
  maxPayloadBytes: 32_768,
  listenerTimeoutMs: 25_000,
  limits: {},
};

const DELIVER_TIMEOUT_MS = 900_000;

/**
 * The core on in-memory ports: what the Lambdas would do, without AWS. Internal invocations wait in a queue
 * until `settle`, so that a test decides when they run.
 */
export class CoreService {
  readonly stores = new MemoryStores(() => this.now);
  readonly log: LogLine[] = [];
  readonly refusals: RefusalReport[] = [];
  /** What counting for the limits draws, from 0 to 1: at 0 every message and connection is counted. */
  draw = 1;
  readonly services: Services;
  readonly queue: (
    | { kind: "open"; event: OpenEvent }
    | { kind: "disconnect"; event: DisconnectEvent }
    | { kind: "deliver"; event: DeliverEvent }
  )[] = [];
  /** More posts are made by workers. */
  readonly fanOut = { postsPerSecond: 7_000, maxInlinePosts: 1_000 };
  /** Frames that each connection was posted, in order. */
  readonly posted = new Map<string, string[]>();
  readonly cut: string[] = [];
  readonly gone = new Set<string>();
  now = Date.parse("2026-01-01T00:00:00Z");
  #connections = 0;
  readonly #waiting = new Set<() => void>();

  constructor(app: unknown, settings: Partial<Settings> = {}) {
    this.services = {
      registry: registryOf(app),
      connections: this.stores.connections,
      sockets: this.stores.sockets,
      memberships: this.stores.memberships,
      deliveries: this.stores.deliveries,
      acks: this.stores.acks,
      parts: this.stores.parts,
      turns: this.stores.turns,
      seen: this.stores.seen,
      liveness: this.stores.liveness,
      gateway: {
        post: async ({ connectionId }, frame) => this.#post(connectionId, frame),
        close: async (connectionId) => {
          this.cut.push(connectionId);
          return this.gone.has(connectionId) ? "gone" : "closed";
        },
      },
      invoker: {
        open: async (event) => void this.queue.push({ kind: "open", event }),
        disconnect: async (event) => void this.queue.push({ kind: "disconnect", event }),
        deliver: async (event) => void this.queue.push({ kind: "deliver", event }),
      },
      limits: createLimits({
        windows: this.stores.windows,
        refusals: new Refusals(
          () => this.now,
          (report) => void this.refusals.push(report),
        ),
        random: () => this.draw,
      }),
      secrets: { current: async () => ["test secret, long enough for HS256"] },
      settings: { ...SETTINGS, ...settings },
      fanOut: this.fanOut,
      log: {
        warn: (text, details = {}) => void this.log.push({ level: "warn", message: text, details }),
        error: (text, details = {}) => void this.log.push({ level: "error", message: text, details }),
      },
      clock: { now: () => this.now, pause: (ms) => this.#pause(ms) },
      ...this.#recovery(settings.recoveryWindowMs),
    };
  }

  /** Off unless a test turns it on. */
  #recovery(windowMs = 0): Pick<Services, "recovery" | "catchUp"> {
    if (windowMs === 0) return {};
    const { events, undelivered, sessions, replays } = this.stores;
    const drawOffsets = offsetSource(() => this.now);
    const logMs = windowMs + 600_000;
    const stores = { events, undelivered, sessions, replays };
    const secondWrites = new SecondWrites();
    return {
      recovery: { windowMs, logMs, overlapMs: 0, drawOffsets, secondWrites, ...stores },
      catchUp: (recipients) => catchUp(this.services, recipients),
    };
  }

  /** A millisecond passes. */
  tick(): number {
    this.now += 1;
    return this.now;
  }

  errors(): string[] {
    return this.log.filter(({ level }) => level === "error").map((line) => line.message);
  }

  upgrade(request: Partial<UpgradeRequest> = {}): Promise<UpgradeAnswer> {
    const base = { connectionId: "c0=", connectedAt: this.now, headers: {}, query: {}, address: "192.0.2.1" };
    return upgrade(this.services, { ...base, ...request });
  }

  /** A WebSocket that `$connect` accepted and `open` greeted. */
  async connection(request: Partial<UpgradeRequest> = {}): Promise<Client> {
    this.#connections += 1;
    const connectionId = `c${this.#connections}=`;
    const { status } = await this.upgrade({ connectionId, ...request });
    if (status !== 200) throw new Error(`refused with ${status}`);
    await this.settle();
    return new Client(this, connectionId);
  }

  /** A Socket.IO client that is connected to a namespace. */
  async socketIo(namespace = "/", auth?: Record<string, unknown>): Promise<Client> {
    const client = await this.connection({ query: { EIO: "4", transport: "websocket" } });
    client.take();
    const path = namespace === "/" ? "" : `${namespace},`;
    await client.send(`40${path}${auth === undefined ? "" : JSON.stringify(auth)}`);
    return client;
  }

  /** Resolves once a connection has that many frames that nobody took. */
  async untilPosted(connectionId: string, count = 1): Promise<void> {
    while ((this.posted.get(connectionId) ?? []).length < count) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Runs the internal invocations, and those that follow from them. */
  async settle(): Promise<void> {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next.kind === "open") await open(this.services, next.event);
      else if (next.kind === "disconnect") await disconnect(this.services, next.event);
      else await work(this.services, next.event, this.now + DELIVER_TIMEOUT_MS);
    }
  }

  /** Time goes by, and whatever else runs gets as far as it can. */
  async #pause(ms: number): Promise<void> {
    this.now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }

  #post(connectionId: string, frame: string): PostOutcome {
    if (this.gone.has(connectionId)) return "gone";
    const frames = this.posted.get(connectionId) ?? [];
    frames.push(frame);
    this.posted.set(connectionId, frames);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return "sent";
  }
}

export class Client {
  readonly #service: CoreService;
  readonly connectionId: string;

  constructor(service: CoreService, connectionId: string) {
    this.#service = service;
    this.connectionId = connectionId;
  }

  /** One message, handled to its end. */
  async send(body: string | object, arrivedAt = this.#service.tick()): Promise<void> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    await message(this.#service.services, { connectionId: this.connectionId, body: text, arrivedAt });
  }

  /** What came since the last look. */
  take(): string[] {
    const frames = this.#service.posted.get(this.connectionId) ?? [];
    return frames.splice(0);
  }

  takeJson(): unknown[] {
    return this.take().map((frame) => JSON.parse(frame));
  }

  /** The client goes away, and API Gateway says so. */
  async drop(): Promise<void> {
    const { connectionId } = this;
    await disconnect(this.#service.services, {
      version: 1,
      connections: [{ connectionId }],
      reason: "transport close",
      cut: false,
    });
  }
}
