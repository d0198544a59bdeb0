import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";
import { type LocalAws, startLocalAws } from "../../support/local-aws";

export const SOCKET_IO = "EIO=4&transport=websocket";

/** A frame that a plain JSON client got. */
export type Frame = Readonly<Record<string, unknown>>;

/** A WebSocket that sends what it is told to, and hands out what came in the order in which it came. */
export class Wire {
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  readonly #frames: string[] = [];
  #wake = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => {
      this.#frames.push(isBinary ? `a binary frame of ${String(data)}` : String(data));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  get subprotocol(): string {
    return this.#socket.protocol;
  }

  send(...frames: readonly (string | Buffer | object)[]): void {
    for (const frame of frames) {
      const isRaw = typeof frame === "string" || Buffer.isBuffer(frame);
      this.#socket.send(isRaw ? frame : JSON.stringify(frame));
    }
  }

  /** The next frame; rejects when the WebSocket closes without one. */
  async next(): Promise<string> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#socket.readyState === WebSocket.CLOSED) throw new Error("closed without another frame");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async nextJson(): Promise<Frame> {
    return JSON.parse(await this.next());
  }

  async take(count: number): Promise<string[]> {
    const frames: string[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /** Resolves with the answer to the last of the frames. */
  ask(...frames: readonly (string | Buffer | object)[]): Promise<string> {
    this.send(...frames);
    return this.next();
  }

  async askJson(frame: object): Promise<Frame> {
    return JSON.parse(await this.ask(frame));
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** The service with the app of the rules, and clients that say what a test tells them to. */
export class WireService {
  readonly #aws: LocalAws;
  readonly #clients: Wire[] = [];

  private constructor(aws: LocalAws) {
    this.#aws = aws;
  }

  static async start(app: string, settings: Readonly<Record<string, string>> = {}): Promise<WireService> {
    const allowedOrigins = "https://app.example,https://other.example";
    // Rules of their own: with it, `40` has a pid and events end with their offset.
    const recoveryWindow = "0";
    const context = { app, allowedOrigins, recoveryWindow, ...settings };
    return new WireService(await startLocalAws({ context }));
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#aws.stop();
  }

  token(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return this.#aws.token(claims);
  }

  failures(): readonly string[] {
    return this.#aws.failures();
  }

  logged(text: string): Promise<unknown> {
    return this.#aws.logged(text);
  }

  /** Answers the HTTP status that an upgrade is refused with, or 101. */
  async status(query: string, options: ClientOptions = {}): Promise<number> {
    const socket = new WebSocket(`${this.#aws.webSocketUrl}?${query}`, options);
    this.#clients.push(new Wire(socket));
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(101));
      socket.once("unexpected-response", (_request, { statusCode = 0 }) => resolve(statusCode));
      socket.once("error", reject);
    });
  }

  async open(query: string, options: ClientOptions = {}, protocols: readonly string[] = []): Promise<Wire> {
    const socket = new WebSocket(`${this.#aws.webSocketUrl}?${query}`, [...protocols], options);
    const client = new Wire(socket);
    this.#clients.push(client);
    await once(socket, "open");
    return client;
  }

  /** A Socket.IO client that has its open packet. */
  async greeted(): Promise<Wire> {
    const client = await this.open(SOCKET_IO);
    await client.next();
    return client;
  }

  /** A Socket.IO client that is connected to namespaces, the first of which says its sid. */
  async connected(...namespaces: readonly string[]): Promise<Wire & { readonly sid: string }> {
    const client = await this.greeted();
    const sids: string[] = [];
    for (const namespace of namespaces.length === 0 ? ["/"] : namespaces) {
      const answer = await client.ask(namespace === "/" ? "40" : `40${namespace},`);
      sids.push(/\{"sid":"(.+)"\}$/.exec(answer)?.[1] ?? "");
    }
    return Object.assign(client, { sid: sids[0] ?? "" });
  }

  /** A plain JSON client that has its `connected`. */
  async json(query = ""): Promise<Wire & { readonly connected: Frame }> {
    const client = await this.open(query);
    const { connected } = await client.nextJson();
    if (typeof connected !== "object" || connected === null) throw new Error("expected connected first");
    return Object.assign(client, { connected: { ...connected } });
  }
}

/** Nothing else has come, and nothing comes of what the client sent: it is still there, and this is what it hears. */
export async function expectQuiet(client: Wire, namespace = "/"): Promise<void> {
  const prefix = namespace === "/" ? "" : `${namespace},`;
  // An answer to what was sent just before would seldom take longer than three.
  for (const id of [901, 902, 903]) {
    expect(await client.ask(`42${prefix}${id}["echo","quiet"]`)).toBe(`43${prefix}${id}["quiet"]`);
  }
}

/** The reason that disconnect listeners of a socket hear. */
export async function reasonOf(
  service: WireService,
  { sid }: { readonly sid: string },
  end: () => void,
  namespace = "/",
): Promise<string> {
  const watcher = await service.connected(namespace);
  const prefix = namespace === "/" ? "" : `${namespace},`;
  await watcher.ask(`42${prefix}1["join","after ${sid}"]`);
  end();
  return JSON.parse((await watcher.next()).replace(/^[^[]*/, ""))[1];
}

/** What is nested so deep. */
export function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
