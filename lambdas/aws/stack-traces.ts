import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/**
 * Injected into each bundle by `lib/bundle.ts`: stacks name the sources. Node's `--enable-source-maps` would
 * parse the map whenever a Lambda starts, a quarter of the time that it takes to load; here that waits until
 * a stack is read.
 */
Error.prepareStackTrace = (error, frames) =>
  [headOf(error), ...frames.map((frame) => `    at ${placeOf(frame)}`)].join("\n");

let map: SourceMap | "none" | undefined;

function placeOf(frame: NodeJS.CallSite): string {
  const place = String(frame);
  if (frame.getFileName() !== __filename) return place;
  map ??= readMap();
  if (map === "none") return place;
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  const origin = map.findOrigin(line, column);
  if (!("fileName" in origin)) return place;
  const { fileName, lineNumber, columnNumber } = origin;
  return place.replace(`${__filename}:${line}:${column}`, () => `${fileName}:${lineNumber}:${columnNumber}`);
}

/** Nothing here may throw: it runs when something else has gone wrong. */
function readMap(): SourceMap | "none" {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${__filename}.map`, "utf8")));
  } catch {
    return "none";
  }
}

function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}
