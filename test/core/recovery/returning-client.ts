import { isOffset } from "../../../lambdas/core/recovery/offsets";
import { type Client, CoreService } from "../../support/core-service";

export const WINDOW_MS = 120_000;

/** The core with connection state recovery on. */
export function recoverable(app: unknown): CoreService {
  return new CoreService(app, { recoveryWindowMs: WINDOW_MS });
}

export interface Received {
  readonly event: string;
  readonly args: readonly unknown[];
}

/**
 * What Socket.IO's client does with `pid` and offsets: keeps the pid of its last `connect`, and the last
 * argument of every event; sends both when it connects again. Events that come before `connect` wait for it,
 * also for that of the next connection.
 */
export class ReturningClient {
  readonly #service: CoreService;
  readonly #auth: Record<string, unknown>;
  connection: Client | undefined;
  sid = "";
  pid = "";
  offset: string | undefined;
  /** All frames that came since the last CONNECT. */
  frames: string[] = [];
  readonly #received: Received[] = [];
  readonly #waiting: [event: string, ...args: unknown[]][] = [];
  recovered: boolean | undefined;

  constructor(service: CoreService, auth: Record<string, unknown> = {}) {
    this.#service = service;
    this.#auth = auth;
  }

  /** CONNECT, on a new WebSocket unless there is one. */
  async connect(namespace = "/", connection?: Client): Promise<this> {
    const { pid, offset } = this;
    const auth = pid === "" ? this.#auth : { pid, offset, ...this.#auth };
    this.recovered = undefined;
    const query = { EIO: "4", transport: "websocket" };
    this.connection = connection ?? (await this.#service.connection({ query }));
    this.connection.take();
    this.frames = [];
    await this.connection.send(`40${namespace === "/" ? "" : `${namespace},`}${JSON.stringify(auth)}`);
    this.#handleAll();
    return this;
  }

  /** The events since the last look, those of a recovery included, without their offsets. */
  read(): Received[] {
    this.#handleAll();
    return this.#received.splice(0);
  }

  events(): string[] {
    return this.read().map(({ event, args }) => [event, ...args].join(" "));
  }

  /** The page is reloaded in the middle of it: what came before `connect` is not kept. */
  forget(): void {
    this.#waiting.length = 0;
  }

  #handleAll(): void {
    for (const frame of this.connection?.take() ?? []) {
      this.frames.push(frame);
      this.#handle(frame);
    }
  }

  async send(...event: unknown[]): Promise<void> {
    await this.connection?.send(`42${JSON.stringify(event)}`);
  }

  #handle(frame: string): void {
    const [, type, json = ""] = /^4([0-9])(?:\/[^,]*,)?(.*)$/s.exec(frame) ?? [];
    if (type === "0") {
      const { sid, pid } = JSON.parse(json);
      this.recovered = pid !== undefined && pid === this.pid;
      this.sid = sid;
      this.pid = pid;
      for (const event of this.#waiting.splice(0)) this.#receive(event);
    }
    if (type !== "2") return;
    if (this.recovered === undefined) this.#waiting.push(JSON.parse(json));
    else this.#receive(JSON.parse(json));
  }

  #receive([event, ...args]: [event: string, ...args: unknown[]]): void {
    const offset = args.pop();
    if (!isOffset(offset)) throw new Error(`expected an offset at the end of ${event}`);
    this.offset = offset;
    this.#received.push({ event, args });
  }
}
