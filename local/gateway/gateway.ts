import { randomUUID } from "node:crypto";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { Faults } from "../faults/faults";
import { halfOpen } from "../faults/half-open";
import { pathOf } from "../http";
import type { LambdaService } from "../lambda/service";
import type { Limits } from "../limits";
import type { SqsService } from "../sqs/sqs-service";
import type { Route, WebSocketApi } from "../template/model";
import type { Terminal } from "../terminal";
import { Connection, type Cut } from "./connection";
import { connectionIds } from "./connection-id";
import { connectEvent, disconnectEvent, type MessageEvent, messageEvent, type Peer } from "./events";
import { type Integrated, integrate } from "./integration";
import { selectRoute } from "./route";
import { sendMessage } from "./send-message";
import { Throttle } from "./throttle";

/** What the status of a failed `$connect` is, and the error that a client gets for a failed message. */
const CONNECT_STATUS = { malformed: 502, failed: 502, throttled: 429, refused: 500, late: 504 } as const;
const MESSAGE_ERROR = "Internal server error";

/** A custom domain maps this path to a stage; a stage cannot have the name. */
const MAPPED_PATH = "socket.io";

/** API Gateway's WebSocket APIs: upgrades, routes, and the connections that are open. */
export class Gateway {
  readonly throttle: Throttle;
  /** How many connections were cut for their age, and for being idle. */
  readonly cuts: Record<Cut, number> = { lifetime: 0, idle: 0 };
  private apis: readonly WebSocketApi[] = [];
  private readonly connections = new Map<string, Connection>();
  private readonly nextId = connectionIds();
  private readonly server: WebSocketServer;

  constructor(
    private readonly lambda: LambdaService,
    private readonly sqs: SqsService,
    private readonly limits: Limits,
    private readonly terminal: Terminal,
    private readonly faults = new Faults(),
  ) {
    this.throttle = new Throttle(limits);
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: limits.maxMessageBytes,
      handleProtocols: () => false,
    });
  }

  /** Throws when these APIs cannot run side by side. */
  check(apis: readonly WebSocketApi[]): void {
    const names = apis.map(({ stage }) => stage.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw new Error(`two APIs have a stage ${twice}; on one machine the stage's name tells them apart`);
  }

  deploy(apis: readonly WebSocketApi[]): void {
    this.apis = apis;
  }

  api(stageName: string): WebSocketApi | undefined {
    return this.apis.find(({ stage }) => stage.name === stageName);
  }

  /** The API that a path leads to: `/<stage>` and `/socket.io`, with or without the slash at the end. */
  atPath(path: string): WebSocketApi | undefined {
    const name = /^\/([^/]+)\/?$/.exec(path)?.[1];
    if (name === undefined) return undefined;
    return name === MAPPED_PATH ? this.apis[0] : this.api(name);
  }

  connection(connectionId: string): Connection | undefined {
    return this.connections.get(connectionId);
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Answers an HTTP upgrade: runs `$connect` and opens the WebSocket, or refuses with its status. */
  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const api = this.atPath(pathOf(request));
    if (api === undefined) return refuse(socket, 403, "Forbidden");
    if (request.headers["sec-websocket-key"] === undefined) return refuse(socket, 400, "Bad Request");
    if (!this.throttle.takeConnection(api)) return refuse(socket, 429, "Too Many Requests");
    const peer = this.peer(api, request);
    const connected = await this.connect(api, peer, request);
    if (connected.status < 200 || connected.status > 299) {
      this.terminal.line(`$connect refused a client with ${connected.status}`);
      return refuse(socket, connected.status, STATUS_CODES[connected.status] ?? "");
    }
    this.open(api, peer, request, socket, head, connected.subprotocol);
  }

  /** Cuts every connection, without `$disconnect`: there is nobody left to run it. */
  stop(): void {
    this.apis = [];
    for (const connection of this.connections.values()) connection.terminate();
    this.server.close();
  }

  private peer(api: WebSocketApi, request: IncomingMessage): Peer {
    const now = Date.now();
    return {
      apiId: api.apiId,
      stage: api.stage.name,
      connectionId: this.nextId(now),
      connectedAt: now,
      domainName: request.headers.host ?? "localhost",
      sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
      userAgent: request.headers["user-agent"],
    };
  }

  private async connect(
    api: WebSocketApi,
    peer: Peer,
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly subprotocol?: string }> {
    const route = api.routes.$connect;
    if (route === undefined) return { status: 200 };
    const requestId = randomUUID();
    const result = await integrate(
      this.lambda,
      this.terminal,
      route,
      connectEvent(peer, request, requestId),
      requestId,
    );
    if (result.type !== "answer") return { status: CONNECT_STATUS[result.type] };
    const [, subprotocol] =
      Object.entries(result.headers).find(([name]) => name.toLowerCase() === "sec-websocket-protocol") ?? [];
    return { status: result.status, subprotocol: typeof subprotocol === "string" ? subprotocol : undefined };
  }

  private open(
    api: WebSocketApi,
    peer: Peer,
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    subprotocol: string | undefined,
  ): void {
    if (socket.destroyed) return void this.disconnected(api, peer, 1006, "");
    // `ws` chooses the subprotocol while it handles the upgrade, synchronously: it is this function's.
    this.server.options.handleProtocols = () => subprotocol ?? false;
    const ended = {
      cut: (after: Cut) => void this.cuts[after]++,
      closed: (code: number, reason: string) => void this.disconnected(api, peer, code, reason),
    };
    this.server.handleUpgrade(request, socket, head, (ws) => {
      const connection = new Connection(peer, ws, this.limits, {
        ...ended,
        message: (text) => void this.message(connection, text),
        closed: (code, reason, isOurs) => {
          if (isOurs || !this.faults.strike("drop")) return ended.closed(code, reason);
          this.connections.set(peer.connectionId, halfOpen(peer, this.limits, ended));
        },
      });
      connection.limitFrames(socket);
      this.connections.set(peer.connectionId, connection);
    });
  }

  /**
   * Not in turn: messages of one connection are separate invocations, that may overtake each other. Only a
   * queue takes them in their order.
   */
  private async message(connection: Connection, text: string): Promise<void> {
    const { peer } = connection;
    const api = this.api(peer.stage);
    const requestId = randomUUID();
    const fail = (message: string) =>
      connection.send(JSON.stringify({ message, connectionId: peer.connectionId, requestId }));
    const route = api === undefined ? undefined : selectRoute(api, text);
    if (api === undefined || route === undefined) return void fail("Forbidden");
    if (!this.throttle.takeRequest(api, route.key)) return void fail("Limit Exceeded");
    const event = messageEvent(peer, route.key, text, requestId);
    const result = await this.integrateMessage(route, event, requestId);
    if (result.type !== "answer") return void fail(MESSAGE_ERROR);
    if (route.answers) connection.send(result.body);
  }

  private async integrateMessage(route: Route, event: MessageEvent, requestId: string): Promise<Integrated> {
    // Before anything is awaited: the queue has the messages in their order.
    if (route.queue) return sendMessage(this.sqs, this.terminal, route.queue, event);
    await this.faults.pause("message");
    return integrate(this.lambda, this.terminal, route, event, requestId);
  }

  private async disconnected(api: WebSocketApi, peer: Peer, code: number, reason: string): Promise<void> {
    this.connections.delete(peer.connectionId);
    const route = this.api(api.stage.name)?.routes.$disconnect;
    if (route === undefined) return;
    const requestId = randomUUID();
    const event = disconnectEvent(peer, requestId, code, reason || (DISCONNECT_REASONS[code] ?? ""));
    if ((await this.faults.pause("disconnect"))?.name === "disconnect.never") return;
    await integrate(this.lambda, this.terminal, route, event, requestId);
  }
}

const DISCONNECT_REASONS: Readonly<Record<number, string>> = {
  1001: "Going away",
  1005: "Client-side close frame status not set",
  1006: "Connection closed abnormally",
};

function refuse(socket: Socket, status: number, message: string): void {
  if (socket.destroyed) return;
  const body = JSON.stringify({ message });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
