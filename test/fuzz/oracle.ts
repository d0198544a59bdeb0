import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Namespace, Server } from "socket.io";
import { WebSocket } from "ws";
import type { Peer } from "./conversation";

/** Attachments as text in both directions: API Gateway has no other. */
const QUERY = "EIO=4&transport=websocket&b64=1";

/** The official server with the app of `conformance-app.ts`, on a port of this machine. */
export class Oracle {
  readonly #http: HttpServer;
  readonly #io: Server;

  private constructor(http: HttpServer, io: Server) {
    this.#http = http;
    this.#io = io;
  }

  static async start(jwtSecret: string): Promise<Oracle> {
    const http = createServer();
    const intervals = { pingInterval: 480_000, pingTimeout: 120_000, connectTimeout: 45_000 };
    const io = new Server(http, { ...intervals, transports: ["websocket"], maxHttpBufferSize: 32_768 });
    conform(io, jwtSecret);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new Oracle(http, io);
  }

  async connect(): Promise<Peer> {
    // A listening TCP server has an AddressInfo.
    const { port } = this.#http.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?${QUERY}`);
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await once(socket, "open");
    await settled(socket);
    return {
      get isOpen() {
        return socket.readyState === WebSocket.OPEN;
      },
      async send(frame) {
        socket.send(frame);
        await settled(socket);
      },
      take: () => frames.splice(0),
      leave: async () => socket.terminate(),
    };
  }

  async stop(): Promise<void> {
    await this.#io.close();
  }
}

/**
 * Resolves when the server has done what the frames sent so far make it do. It does some of that in later
 * ticks of the same turn of its event loop, so that the answer to a first ping may overtake it.
 */
async function settled(socket: WebSocket): Promise<void> {
  for (let turn = 0; turn < 2 && socket.readyState === WebSocket.OPEN; turn++) {
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("pong", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("pong", done);
      socket.on("close", done);
      socket.ping();
    });
  }
}

function conform(io: Server, jwtSecret: string): void {
  io.on("connection", (socket) => {
    socket.on("message", (...args) => socket.emit("message-back", ...withoutAck(args)));
    socket.on("message-with-ack", (...args) => {
      const ack = args.at(-1);
      if (typeof ack === "function") ack(...withoutAck(args));
    });
  });
  io.of("/private").use((socket, next) => {
    const code = faultOf(socket.handshake.auth.token, jwtSecret);
    next(code === undefined ? undefined : Object.assign(new Error("Unauthorized"), { data: { code } }));
  });
  for (const nsp of [io.of("/"), io.of("/custom")]) greet(nsp);
}

function greet(nsp: Namespace): void {
  nsp.on("connection", (socket) => socket.emit("auth", socket.handshake.auth));
}

function withoutAck(args: readonly unknown[]): unknown[] {
  return args.filter((arg) => typeof arg !== "function");
}

/** HS256 by hand, at once: what a frame does is done before the next. What is signed with the secret is ours. */
function faultOf(token: unknown, secret: string): string | undefined {
  if (typeof token !== "string" || token === "") return "token_missing";
  const [header = "", payload = "", signature = "", ...more] = token.split(".");
  const expected = createHmac("sha256", secret).update(`${header}.${payload}`).digest();
  if (more.length > 0 || !Buffer.from(signature, "base64url").equals(expected)) return "token_invalid";
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString());
  return exp < Date.now() / 1_000 ? "token_expired" : undefined;
}
