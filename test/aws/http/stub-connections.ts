import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";

const CERTIFICATES = join(__dirname, "../../../bench/post");
export const CERTIFICATE = readFileSync(join(CERTIFICATES, "test-only-certificate.pem"));
const KEY = readFileSync(join(CERTIFICATES, "test-only-key.pem"));

/** A server that shows its connections, so that a test can do to them what networks do. */
export class StubConnections {
  readonly #server: Server;
  readonly #waiting: ((socket: Socket) => void)[] = [];
  readonly all: Socket[] = [];

  constructor(readonly protocol: "http" | "https") {
    const onConnection = (socket: Socket) => {
      socket.on("error", () => {});
      this.all.push(socket);
      this.#waiting.shift()?.(socket);
    };
    this.#server =
      protocol === "http"
        ? createServer(onConnection)
        : createTlsServer({ key: KEY, cert: CERTIFICATE }, onConnection);
  }

  async start(): Promise<URL> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    // A listening TCP server has an AddressInfo.
    return new URL(`${this.protocol}://localhost:${(this.#server.address() as AddressInfo).port}`);
  }

  next(): Promise<Socket> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.all) socket.destroy();
    if (!this.#server.listening) return;
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The next request's text, all of it: these have no body. */
export async function requestOn(socket: Socket): Promise<string> {
  const [bytes] = await once(socket, "data");
  return String(bytes);
}
