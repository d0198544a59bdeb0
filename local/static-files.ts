import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathOf, reply } from "./http";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Serves a folder, and single files from elsewhere by their path. `undefined` when there is no such file. */
export function staticFiles(folder: string, files: Readonly<Record<string, string>>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const path = pathOf(request) === "/" ? "/index.html" : pathOf(request);
    // `normalize` of an absolute path leaves no ".." to climb out with.
    const file = files[path] ?? join(folder, normalize(path));
    const content = await readFile(file).catch(() => undefined);
    if (content === undefined) return false;
    const type = CONTENT_TYPES[extname(file)] ?? "application/octet-stream";
    reply(response, 200, content, { "content-type": type, "cache-control": "no-cache" });
    return true;
  };
}
