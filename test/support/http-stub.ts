import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface StubAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** An HTTP service that remembers what it was asked and answers as the test says. */
export class HttpStub {
  readonly requests: StubRequest[] = [];
  readonly #server: Server;
  answer: (request: StubRequest) => StubAnswer = () => ({ status: 200 });
  onRequest: () => void = () => {};
  #held: Promise<void> = Promise.resolve();

  constructor() {
    this.#server = createServer(async (message, response) => {
      const request = { method: message.method ?? "", path: message.url ?? "", body: await bodyOf(message) };
      this.requests.push(request);
      this.onRequest();
      await this.#held;
      const { status, headers, body } = this.answer(request);
      response.writeHead(status, headers).end(body);
    });
  }

  /** Answers nobody until then. */
  hold(until: Promise<void>): void {
    this.#held = until;
  }

  /** Cuts all connections, with whatever is under way on them. */
  disconnect(): void {
    this.#server.closeAllConnections();
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    // A listening TCP server has an AddressInfo.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
