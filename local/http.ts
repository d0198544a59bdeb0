import type { IncomingMessage, ServerResponse } from "node:http";

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Not `URL`, which throws on some of what a client may send. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

export function queryOf(request: IncomingMessage): string {
  const url = request.url ?? "";
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start + 1);
}

export type Headers = Readonly<Record<string, string>>;

/** Answers a request; the body is JSON unless the headers say otherwise. */
export function reply(
  response: ServerResponse,
  status: number,
  body: string | Buffer = "",
  headers: Headers = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}
