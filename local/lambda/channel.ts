import type { Duplex } from "node:stream";

const HEADER_BYTES = 4;

/** Writes a length-prefixed JSON message to an environment. */
export function writeMessage(stream: Duplex, message: unknown): void {
  const body = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(body.length, 0);
  stream.write(Buffer.concat([header, body]));
}

/** Calls back for every message that an environment sends. */
export function onMessage(stream: Duplex, listener: (message: unknown) => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = HEADER_BYTES;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    // Joined only when a message is complete: a large one arrives in many chunks.
    while (size >= needed) {
      const buffer = Buffer.concat(chunks);
      chunks = [buffer];
      needed = HEADER_BYTES + buffer.readUInt32BE(0);
      if (size < needed) return;
      listener(JSON.parse(buffer.toString("utf8", HEADER_BYTES, needed)));
      chunks = [buffer.subarray(needed)];
      size -= needed;
      needed = HEADER_BYTES;
    }
  });
}
