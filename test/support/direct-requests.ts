import type { Server } from "node:http";
import { Readable } from "node:stream";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What an SDK client takes as its `requestHandler`: hands requests to a server of this process, past TCP and HTTP. */
export class DirectRequests {
  constructor(private readonly server: Server) {}

  handle({ method, path, headers, body = "" }: Request): Promise<{ readonly response: Response }> {
    return new Promise((resolve) => {
      const bytes = typeof body === "string" ? Buffer.from(body) : bytesOf(body);
      const request = Object.assign(Readable.from([bytes]), { method, url: path, headers });
      this.server.emit("request", request, new Answer((response) => resolve({ response })));
    });
  }
}

/** The SDK's bytes warn whoever takes them for a string, as `Buffer.from` does. */
function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** As much of a `ServerResponse` as dynalite needs. */
class Answer {
  statusCode = 200;
  private readonly headers: Record<string, string> = {};

  constructor(private readonly onEnd: (response: Response) => void) {}

  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  end(body = ""): void {
    this.onEnd({ statusCode: this.statusCode, headers: this.headers, body: Buffer.from(body) });
  }
}
